import { z } from 'zod';
import { notFound, unavailable } from './problem.ts';
import { defineRoute, type Route } from './route.ts';

const RETRY_AFTER_SECONDS = 5;

const group = z.object({
  service: z.string(),
  eventType: z.string(),
  reason: z.string(),
  error: z.string(),
  count: z.int(),
  oldest: z.string().nullable(),
  eventIds: z.array(z.string()),
});

const deadLetter = z.object({
  service: z.string(),
  eventId: z.string(),
  eventType: z.string(),
  reason: z.string(),
  error: z.string(),
  deadAt: z.string().nullable(),
  content: z.string(),
});

const word = z.string().min(1, 'at least 1 character').max(500, 'at most 500 characters');
const choiceQuery = z.strictObject({ eventId: word, eventType: word, reason: word, error: word }).partial();
/** At least one field is needed, so that nobody moves everything by mistake. */
const choiceBody = choiceQuery.refine(
  (choice) => Object.values(choice).some((value) => value !== undefined),
  'at least one of eventId, eventType, reason, error',
);

type Choice = z.output<typeof choiceQuery>;
type Moved = { moved: number; left: number };

/** What the routes need of the dead-letter queues. A rejection means that the queues cannot be reached for now. */
export type DeadLetters = {
  list: (choice: Choice) => Promise<{ groups: z.output<typeof group>[]; letters: number; unseen: number }>;
  show: (eventId: string) => Promise<z.output<typeof deadLetter>[]>;
  replay: (choice: Choice) => Promise<Moved>;
  discard: (choice: Choice) => Promise<Moved>;
};

const answers = {
  401: { description: 'Not an operator.' },
  503: { description: 'The dead letters cannot be reached, or another command is processing them.' },
};
const PATH = '/operator/dead-letters';

/**
 * The dead letters of a service over HTTP, for operators: GET `/operator/dead-letters`, grouped, GET
 * `/operator/dead-letters/:eventId`, POST `/operator/dead-letters/replay` and `/operator/dead-letters/discard`.
 */
export function deadLetterRoutes({ deadLetters }: { deadLetters: DeadLetters }): Route[] {
  const reached = <T>(asked: Promise<T>): Promise<T> =>
    asked.catch((error: unknown) => {
      throw Object.assign(
        unavailable(
          'The dead letters cannot be reached for now, or another command is processing them.',
          RETRY_AFTER_SECONDS,
        ),
        { cause: error },
      );
    });

  const list = defineRoute({
    method: 'get',
    path: PATH,
    operationId: 'listDeadLetters',
    summary:
      'Events that could not be handled here, and events of this service that no queue took, by event type and error.',
    query: choiceQuery,
    auth: 'operator',
    answers: {
      200: {
        description: 'The groups, largest first.',
        schema: z.object({ groups: z.array(group), letters: z.int(), unseen: z.int() }),
      },
      ...answers,
    },
    handle: async ({ query }) => ({ status: 200, body: await reached(deadLetters.list(query)) }),
  });

  const show = defineRoute({
    method: 'get',
    path: `${PATH}/:eventId`,
    operationId: 'showDeadLetter',
    summary: 'The dead letters of one event, with their content.',
    params: z.strictObject({ eventId: word }),
    auth: 'operator',
    answers: {
      200: { description: 'At least one.', schema: z.object({ letters: z.array(deadLetter) }) },
      404: { description: 'None.' },
      ...answers,
    },
    handle: async ({ params: { eventId } }) => {
      const letters = await reached(deadLetters.show(eventId));
      if (letters.length === 0)
        throw notFound('no-such-dead-letter', `There is no dead letter of the event ${eventId} here.`);
      return { status: 200, body: { letters } };
    },
  });

  const move = (verb: 'replay' | 'discard', done: 'replayed' | 'discarded', summary: string) =>
    defineRoute({
      method: 'post',
      path: `${PATH}/${verb}`,
      operationId: `${verb}DeadLetters`,
      summary,
      body: choiceBody,
      auth: 'operator',
      answers: {
        200: { description: 'How many, and how many are left.', schema: z.object({ [done]: z.int(), left: z.int() }) },
        ...answers,
      },
      handle: async ({ body }) => {
        const { moved, left } = await reached(deadLetters[verb](body));
        return { status: 200, body: { [done]: moved, left } };
      },
    });

  return [
    list,
    show,
    move('replay', 'replayed', 'Sends dead letters back to the queue that they came from, with their own ids.'),
    move('discard', 'discarded', 'Discards dead letters.'),
  ];
}
