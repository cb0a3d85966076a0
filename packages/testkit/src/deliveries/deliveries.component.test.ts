import { defineEvent, envelope, type Envelope, type EventOf } from '@ksbb/contracts';
import { defineSchema, insertOnce, openModel, upsertIfNewer } from '@ksbb/document-store';
import { on, RejectedEvent, type Subscription, RetryLater } from '@ksbb/messaging';
import { z } from 'zod';
import { orders, outcomeOf, type Script, shuffledBy } from './deliveries.ts';
import { effectFaults } from './effects.ts';
import { differences } from './snapshot.ts';

/*
 * The checks of deliveries, seen failing: each handler here is wrong in one way that a service's could be.
 */

const shelfFilled = defineEvent({
  service: 'shop',
  name: 'shelf-filled',
  major: 1,
  subject: 'shelf',
  summary: 'For this test.',
  data: z.object({ shelf: z.string(), pieces: z.int() }),
  example: { shelf: 's', pieces: 1 },
});
type ShelfFilled = EventOf<typeof shelfFilled>;

type Shelf = { _id: string; version: number; pieces: number; step: number };
type Deps = { shelves: Awaited<ReturnType<typeof openModel<Shelf>>> };
type Handle = (event: ShelfFilled, deps: Deps) => Promise<unknown>;

const shelfSchema = defineSchema<Shelf>({ _id: String, version: Number, pieces: Number, step: Number });
const shelf = (_id: string, version: number, pieces: number): Shelf => ({ _id, version, pieces, step: 0 });
const filled = (version: number, pieces: number): Envelope =>
  envelope(shelfFilled, 's', version, { shelf: 's', pieces }, new Date('2026-11-24T03:00:00Z'));

const addEvent: Handle = ({ id, data }, { shelves }) => insertOnce(shelves, shelf(id, 0, data.pieces));
const keepShelf: Handle = ({ data, version }, { shelves }) =>
  upsertIfNewer(shelves, shelf(data.shelf, version, data.pieces));
const countPieces: Handle = ({ data }, { shelves }) =>
  shelves.updateOne({ _id: data.shelf }, { $inc: { pieces: data.pieces } }, { upsert: true });
const keepLast: Handle = ({ data }, { shelves }) =>
  shelves.updateOne({ _id: data.shelf }, { $set: { pieces: data.pieces } }, { upsert: true });
const keepFirst: Handle = ({ data }, { shelves }) => insertOnce(shelves, shelf(data.shelf, 0, data.pieces));
const doNothing: Handle = async () => undefined;

const stepOn =
  (early: () => Promise<unknown>): Handle =>
  async (event, { shelves }) => {
    const before = await shelves.findById('s').lean();
    if (event.version > (before?.step ?? 0) + 1) return early();
    return shelves.updateOne({ _id: 's' }, { $max: { step: event.version } }, { upsert: true });
  };
const waitForTurn = stepOn(async () => {
  throw new RetryLater('another one comes first');
});
const forgetEarly = stepOn(async () => undefined);
const rejectEarly = stepOn(async () => {
  throw new RejectedEvent('another one comes first');
});

function script(effect: Subscription<Deps>['effect'], handle: Handle): Script<Deps> {
  return {
    subscriptions: [on(shelfFilled, effect, handle)],
    open: async ({ connection }) => ({ shelves: await openModel(connection, 'shelves', shelfSchema) }),
    given: async () => undefined,
    events: [filled(1, 10), filled(2, 20), filled(3, 15)],
  };
}

/** The orders in which it ends otherwise than straight. */
async function disorders(of: Script<Deps>): Promise<string[]> {
  const straight = await outcomeOf(of, orders.straight);
  const arrangements = Object.entries({ ...orders, shuffled: shuffledBy(1) });
  const outcomes = await Promise.all(
    arrangements.map(async ([name, arrange]) => ({ name, outcome: await outcomeOf(of, arrange) })),
  );
  return outcomes
    .filter(
      ({ outcome }) =>
        differences(straight.database, outcome.database).length > 0 || outcome.dead.join() !== straight.dead.join(),
    )
    .map(({ name }) => name);
}

test.each([
  ['insert' as const, addEvent],
  ['newest-wins' as const, keepShelf],
  ['transition' as const, waitForTurn],
])('%s as it should be has no fault', async (effect, handle) => {
  expect(await effectFaults(script(effect, handle))).toEqual([]);
  expect(await disorders(script(effect, handle))).toEqual([]);
});

test.each([
  ['counting', 'insert' as const, countPieces, 'each twice'],
  ['keeping whatever comes last', 'newest-wins' as const, keepLast, 'each twice and in reverse order'],
  ['keeping whatever comes first', 'newest-wins' as const, keepFirst, 'each twice and in reverse order'],
  ['forgetting what is early', 'transition' as const, forgetEarly, 'each twice and in reverse order'],
  ['rejecting what is early', 'transition' as const, rejectEarly, 'in reverse order, and then in order'],
])('%s shows in the order of delivery', async (_what, effect, handle, order) => {
  expect(await disorders(script(effect, handle))).toContain(order);
});

test.each([
  ['counting', 'transition' as const, countPieces, 'a repeat changed shelves/s'],
  ['overwriting', 'insert' as const, keepShelf, 'overwrote /shelves/s/'],
  ['keeping whatever comes last', 'newest-wins' as const, keepLast, 'an older version changed shelves/s'],
  ['keeping whatever comes first', 'newest-wins' as const, keepFirst, 'a newer version changed nothing'],
  ['doing nothing', 'transition' as const, doNothing, 'did nothing with any event of the script'],
])('%s is not %s', async (_what, effect, handle, fault) => {
  expect(await effectFaults(script(effect, handle))).toContainEqual(expect.stringContaining(`(${effect}): ${fault}`));
});
