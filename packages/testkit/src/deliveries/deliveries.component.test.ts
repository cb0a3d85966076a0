import { defineEvent, envelope, type Envelope, type EventOf } from '@ksbb/contracts';
import { type Database, insertOnce, upsertIfNewer } from '@ksbb/document-store';
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

type Deps = { collection: ReturnType<Database['connection']['collection']> };
type Handle = (event: ShelfFilled, deps: Deps) => Promise<unknown>;

const filled = (version: number, pieces: number): Envelope =>
  envelope(shelfFilled, 's', version, { shelf: 's', pieces }, new Date('2026-11-24T03:00:00Z'));
const set = (deps: Deps, id: string, update: object) =>
  deps.collection.updateOne({ _id: id } as object, update, { upsert: true });

const addEvent: Handle = ({ id, data }, { collection }) => insertOnce(collection, { _id: id, pieces: data.pieces });
const keepShelf: Handle = ({ data, version }, { collection }) =>
  upsertIfNewer(collection, data.shelf, version, { pieces: data.pieces });
const countPieces: Handle = ({ data }, deps) => set(deps, data.shelf, { $inc: { pieces: data.pieces } });
const keepLast: Handle = ({ data }, deps) => set(deps, data.shelf, { $set: { pieces: data.pieces } });
const keepFirst: Handle = ({ data }, { collection }) =>
  insertOnce(collection, { _id: data.shelf, pieces: data.pieces });
const doNothing: Handle = async () => undefined;

const stepOn =
  (early: () => Promise<unknown>): Handle =>
  async (event, deps) => {
    const before = await deps.collection.findOne({ _id: 's' } as object);
    if (event.version > Number(before?.['step'] ?? 0) + 1) return early();
    return set(deps, 's', { $max: { step: event.version } });
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
    open: async ({ connection }) => ({ collection: connection.collection('shelves') }),
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
