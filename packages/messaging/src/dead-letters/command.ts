import { parseArgs } from 'node:util';
import {
  type DeadLetterFilter,
  type DeadLetterGroup,
  type DeadLetterInspector,
  openDeadLetterInspector,
} from './inspector.ts';
import { NoSuchQueue } from './process.ts';
import { deadLetterQueueOf, UNROUTED_SERVICE, unroutedQueue } from './queues.ts';

const VERBS = ['list', 'show', 'replay', 'discard'] as const;
const USAGE =
  'usage: npm run dead-letters -- list | show ID | replay | discard ' +
  '[--service S] [--id ID] [--type T] [--reason R] [--error E] [--json]';
const PROGRESS_EVERY_MS = 2_000;
/** For another command that processes the same queue. */
const WAIT_MS = 300_000;

type Verb = (typeof VERBS)[number];
type Command = { verb: Verb; services: string[]; isOneService: boolean; filter: DeadLetterFilter; json: boolean };
type Surroundings = {
  brokerUrl: string;
  /** Every service that has a dead-letter queue. */
  services: readonly string[];
};

const print = (line: string) => void process.stdout.write(`${line}\n`);
const text = { type: 'string' } as const;

/** @throws Error that says what is wrong with the arguments */
function parseCommand(args: string[], knownServices: readonly string[]): Command {
  const { positionals, values } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      service: text,
      id: text,
      type: text,
      reason: text,
      error: text,
      json: { type: 'boolean', default: false },
    },
  });
  const [given = 'list', shownId, ...more] = positionals;
  const verb = VERBS.find((one) => one === given);
  if (verb === undefined || more.length > 0 || (shownId !== undefined && verb !== 'show')) throw new Error(USAGE);
  const { service, id: eventId = shownId, type: eventType, reason, error, json } = values;
  const filter = { eventId, eventType, reason, error };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  const all = [...knownServices, UNROUTED_SERVICE];
  if (service !== undefined && !all.includes(service)) throw new Error(`--service is one of ${all.join(', ')}`);
  if (verb === 'show' && eventId === undefined) throw new Error(`show needs the id of an event; ${USAGE}`);
  // So that nobody empties every queue by a slip.
  if ((verb === 'replay' || verb === 'discard') && service === undefined && !isFiltered) {
    throw new Error(`${verb} needs at least one of --service, --id, --type, --reason, --error`);
  }
  return { verb, services: service === undefined ? all : [service], isOneService: service !== undefined, filter, json };
}

/** Asks each queue. Where all are meant, those that are not on this broker are left out and named. */
async function askAll<T>(
  { services, isOneService }: Command,
  brokerUrl: string,
  ask: (inspector: DeadLetterInspector) => Promise<T>,
): Promise<T[]> {
  const answers: T[] = [];
  for (const service of services) {
    const queue = service === UNROUTED_SERVICE ? unroutedQueue : deadLetterQueueOf(service);
    try {
      answers.push(await ask(openDeadLetterInspector(brokerUrl, [queue], { waitMs: WAIT_MS })));
    } catch (error) {
      if (!(error instanceof NoSuchQueue) || isOneService) throw error;
      process.stderr.write(`${service}: ${error.message}\n`);
    }
  }
  return answers;
}

function printGroup({ service, eventType, reason, error, count, oldest, eventIds }: DeadLetterGroup): void {
  print(`${String(count).padStart(6)}  ${service}  ${eventType}  ${reason}${error === '' ? '' : `: ${error}`}`);
  print(`        ${oldest === null ? '' : `since ${oldest}; `}such as ${eventIds.join(', ')}`);
}

const sum = <Key extends string>(answers: Record<Key, number>[], key: Key) =>
  answers.reduce((total, answer) => total + answer[key], 0);

async function list(command: Command, brokerUrl: string): Promise<void> {
  const lists = await askAll(command, brokerUrl, (inspector) => inspector.list(command.filter));
  const groups = lists.flatMap((answer) => answer.groups);
  const [letters, unseen] = [sum(lists, 'letters'), sum(lists, 'unseen')];
  if (command.json) return print(JSON.stringify({ groups, letters, unseen }));
  for (const group of groups) printGroup(group);
  print(`${letters} dead letters${unseen === 0 ? '' : `, and ${unseen} more that were not looked at`}`);
}

async function show(command: Command, brokerUrl: string): Promise<void> {
  const eventId = command.filter.eventId ?? '';
  const messages = (await askAll(command, brokerUrl, (inspector) => inspector.show(eventId))).flat();
  if (command.json) print(JSON.stringify({ letters: messages }));
  else for (const message of messages) print(JSON.stringify(message, null, 2));
  if (messages.length === 0) throw new Error(`there is no dead letter of ${eventId}`);
}

async function move(command: Command, brokerUrl: string, verb: 'replay' | 'discard'): Promise<void> {
  const answers = await askAll(command, brokerUrl, (inspector) => inspector[verb](command.filter));
  const [moved, left] = [sum(answers, 'moved'), sum(answers, 'left')];
  const done = verb === 'replay' ? 'replayed' : 'discarded';
  print(command.json ? JSON.stringify({ [done]: moved, left }) : `${moved} dead letters ${done}, ${left} left`);
}

/** Runs the command line of the dead-letter queue inspector. Sets the exit code, and says on stderr what failed. */
export async function runDeadLetters(args: string[], { brokerUrl, services }: Surroundings): Promise<void> {
  const progress = setInterval(() => process.stderr.write('still processing dead letters\n'), PROGRESS_EVERY_MS);
  try {
    const command = parseCommand(args, services);
    if (command.verb === 'list') await list(command, brokerUrl);
    else if (command.verb === 'show') await show(command, brokerUrl);
    else await move(command, brokerUrl, command.verb);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    clearInterval(progress);
  }
}
