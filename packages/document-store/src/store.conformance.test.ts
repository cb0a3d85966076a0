import { setTimeout as sleep } from 'node:timers/promises';
import { defineEvent, type Envelope } from '@ksbb/contracts';
import { createBus } from '@ksbb/messaging';
import { createLog } from '@ksbb/service-kit';
import { Registry } from 'prom-client';
import { z } from 'zod';
import { eventually } from '../../testkit/src/eventually.ts';
import { freshDatabase, freshVhost, removeDatabase, removeVhost } from '../../testkit/src/servers.ts';
import { type Database, openDatabase } from './database.ts';
import type { EventPublisher } from './outbox-sender.ts';
import { createRelay, type Relay } from './relay.ts';
import { openStore, type StoreDefinition } from './store.ts';

type Account = { total: number; number: string | null; closed: boolean };
type AccountEvent =
  | { type: 'money-paid-in'; data: { amount: number } }
  | { type: 'noted'; data: object }
  | { type: 'numbered'; data: { number: string } };

const moneyPaidIn = defineEvent({
  service: 'bank',
  name: 'money-paid-in',
  major: 1,
  subject: 'the id of the account',
  summary: 'For this test.',
  data: z.object({ amount: z.int().min(1) }),
  example: { amount: 1 },
});

const accounts: StoreDefinition<Account, AccountEvent> = {
  collection: 'accounts',
  initial: { total: 0, number: null, closed: false },
  publishes: [moneyPaidIn],
  keys: { names: ['number'], of: (state) => (state.number === null ? {} : { number: state.number }) } as NonNullable<
    StoreDefinition<Account, AccountEvent>['keys']
  >,
  evolve: (state, event) => {
    switch (event.type) {
      case 'money-paid-in':
        return { ...state, total: state.total + event.data.amount };
      case 'numbered':
        return { ...state, number: event.data.number };
      case 'noted':
        return state;
      default:
        return event satisfies never;
    }
  },
};

const log = createLog('test', 'silent');
const clock = () => new Date();
const payIn = (amount: number) => (): AccountEvent[] => [{ type: 'money-paid-in', data: { amount } }];

let uri: string;
let database: Database;
const relays: Relay[] = [];

beforeEach(async () => {
  uri = freshDatabase('store');
  database = await openDatabase(uri, log);
});

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.close()));
  await database.close();
  await removeDatabase(uri);
});

/** A publisher as the relay sees it, which can be away, and which keeps what it was given. */
function recorder() {
  const published: Envelope[] = [];
  const state = { connected: true, refuse: false };
  const publisher: EventPublisher = {
    connected: () => state.connected,
    publish: async (event) => {
      if (state.refuse) throw new Error('refused');
      published.push(event);
    },
  };
  return { publisher, published, state };
}

async function open(publisher: EventPublisher) {
  const relay = createRelay({ publisher, log, clock, registry: new Registry() });
  relays.push(relay);
  return { relay, store: await openStore(accounts, { connection: database.connection, relay, clock }) };
}

const outboxOf = async (id: string) =>
  (await database.connection.collection('accounts').findOne({ _id: id } as object))?.outbox as Envelope[];

const outboxEmpty = (...ids: string[]) =>
  eventually(`an empty outbox of ${ids.join(' and ')}`, async () =>
    (await Promise.all(ids.map(outboxOf))).every((outbox) => outbox.length === 0),
  );

describe('decide', () => {
  test('writes the folded state with its version and sends the events that leave the service', async () => {
    const { publisher, published } = recorder();
    const { store } = await open(publisher);
    const decided = await store.decide('a', () => [{ type: 'noted', data: {} }, ...payIn(5)(), ...payIn(7)()]);
    expect(decided).toMatchObject({ id: 'a', version: 3, state: { total: 12 } });
    expect(await store.load('a')).toEqual({ id: 'a', version: 3, state: { total: 12, number: null, closed: false } });
    await outboxEmpty('a');
    expect(published.map(({ id, sequence, data }) => ({ id, sequence, data }))).toEqual([
      { id: 'bank:a@2', sequence: '0000000002', data: { amount: 5 } },
      { id: 'bank:a@3', sequence: '0000000003', data: { amount: 7 } },
    ]);
  });

  test('tells the core which version it decides about', async () => {
    const { store } = await open(recorder().publisher);
    const versions: number[] = [];
    for (const amount of [1, 2]) {
      await store.decide('a', (_state, version) => {
        versions.push(version);
        return payIn(amount)();
      });
    }
    expect(versions).toEqual([0, 1]);
  });

  test('writes nothing where the core refuses, and hands the refusal on', async () => {
    const { store } = await open(recorder().publisher);
    expect(await store.decide('a', () => ({ refused: 'closed', why: 'long ago' }))).toEqual({
      refused: 'closed',
      why: 'long ago',
    });
    expect(await store.load('a')).toBeNull();
  });

  test('writes nothing where there is nothing to add', async () => {
    const { store } = await open(recorder().publisher);
    await store.decide('a', payIn(5));
    expect(await store.decide('a', () => [])).toMatchObject({ version: 1, state: { total: 5 } });
    expect((await store.load('a'))?.version).toBe(1);
  });

  test('writes nothing where an event does not fit its contract', async () => {
    const { store } = await open(recorder().publisher);
    await expect(store.decide('a', payIn(0))).rejects.toThrow(z.ZodError);
    expect(await store.load('a')).toBeNull();
  });

  test('loses no change of two processes that race for one aggregate', async () => {
    const { publisher, published } = recorder();
    const [one, other] = await Promise.all([open(publisher), open(publisher)]);
    await Promise.all(Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? one : other).store.decide('a', payIn(1))));
    expect(await one.store.load('a')).toMatchObject({ version: 60, state: { total: 60 } });
    await outboxEmpty('a');
    expect(new Set(published.map((event) => event.id)).size).toBe(60);
  });

  test('refuses a second aggregate with the same unique key, and finds the first by it', async () => {
    const { store } = await open(recorder().publisher);
    const number = (): AccountEvent[] => [{ type: 'numbered', data: { number: '7' } }];
    await store.decide('a', number);
    await expect(store.decide('b', number)).rejects.toThrow('has a key that another one has already');
    expect((await store.loadByKey('number', '7'))?.id).toBe('a');
    expect(await store.loadByKey('number', '8')).toBeNull();
  });

  test('takes no more at 100 unsent events, and goes on when they have left', async () => {
    const { publisher, state } = recorder();
    state.connected = false;
    const { store, relay } = await open(publisher);
    for (let at = 0; at < 100; at += 1) await store.decide('a', payIn(1));
    await expect(store.decide('a', payIn(1))).rejects.toThrow('takes no more until the broker is back');
    expect((await store.load('a'))?.version).toBe(100);
    state.connected = true;
    expect(await relay.sendAll()).toBe(100);
    expect(await store.decide('a', payIn(1))).toMatchObject({ version: 101 });
  });
});

describe('many', () => {
  test('creates what is new and leaves what is there', async () => {
    const { publisher, published } = recorder();
    const { store, relay } = await open(publisher);
    await store.decide('b', payIn(9));
    const items = ['a', 'b', 'c'].map((id) => ({ id, events: payIn(1)() }));
    expect(await store.createMany(items)).toBe(2);
    expect(await store.createMany(items)).toBe(0);
    expect((await store.load('b'))?.state.total).toBe(9);
    await relay.sendAll();
    expect(new Set(published.map((event) => event.id))).toEqual(new Set(['bank:a@1', 'bank:b@1', 'bank:c@1']));
  });

  test('sends the events of what is new by itself, and of that alone', async () => {
    const { publisher, published, state } = recorder();
    const { store, relay } = await open(publisher);
    state.connected = false;
    await store.decide('b', payIn(9));
    state.connected = true;
    await store.createMany(['a', 'b', 'c'].map((id) => ({ id, events: payIn(1)() })));
    await relay.settled();
    expect(published.map((event) => event.id).sort()).toEqual(['bank:a@1', 'bank:c@1']);
    expect(await outboxOf('a')).toEqual([]);
  });

  test('scans and finds', async () => {
    const { store } = await open(recorder().publisher);
    await store.createMany(Array.from({ length: 25 }, (_, at) => ({ id: `a${at}`, events: payIn(at + 1)() })));
    const seen: string[] = [];
    for await (const stored of store.scan()) seen.push(stored.id);
    expect(seen).toHaveLength(25);
    expect((await store.find({ 'state.total': { $gt: 23 } }, 10)).map((stored) => stored.id).sort()).toEqual([
      'a23',
      'a24',
    ]);
    expect(await store.find({}, 3)).toHaveLength(3);
  });
});

describe('the relay', () => {
  test('keeps the order of one aggregate, also over a refusal', async () => {
    const { publisher, published, state } = recorder();
    const { store, relay } = await open(publisher);
    state.refuse = true;
    await store.decide('a', payIn(1));
    await sleep(50);
    state.refuse = false;
    await store.decide('a', payIn(2));
    await relay.sendAll();
    await outboxEmpty('a');
    const first = published.map((event) => event.id).filter((id, at, ids) => ids.indexOf(id) === at);
    expect(first).toEqual(['bank:a@1', 'bank:a@2']);
  });

  test('keeps nothing in memory while the broker is away, and finds all of it afterwards by itself', async () => {
    const { publisher, published, state } = recorder();
    state.connected = false;
    const { store, relay } = await open(publisher);
    relay.start();
    await Promise.all(Array.from({ length: 30 }, (_, at) => store.decide(`a${at}`, payIn(1))));
    expect(published).toHaveLength(0);
    state.connected = true;
    await eventually('30 events published', () => published.length >= 30);
    expect(new Set(published.map((event) => event.subject)).size).toBe(30);
  });

  test('looks again soon after a broker that was slow to refuse', async () => {
    const { publisher, published, state } = recorder();
    state.connected = false;
    const slow: EventPublisher = {
      connected: publisher.connected,
      publish: async (event) => {
        if (state.refuse) await sleep(1_000);
        await publisher.publish(event);
      },
    };
    const { store, relay } = await open(slow);
    await store.decide('a', payIn(1));
    state.connected = true;
    state.refuse = true;
    relay.start();
    await sleep(6_500);
    state.refuse = false;
    await eventually('an event published', () => published.length === 1);
  });

  test('of a second process sends what the first one left', async () => {
    const first = recorder();
    first.state.connected = false;
    await (await open(first.publisher)).store.decide('a', payIn(3));
    const second = recorder();
    const { relay } = await open(second.publisher);
    expect(await relay.sendAll()).toBe(1);
    expect(await outboxOf('a')).toEqual([]);
    expect(await relay.sendAll()).toBe(0);
  });
});

/** The same promises of a publisher, on the recorder above and on the broker. */
describe.each(['recorder', 'broker'])('a publisher: %s', (kind) => {
  test('takes each event of a store once, in the order of its aggregate', async () => {
    const fake = recorder();
    const received: Envelope[] = [];
    let publisher = fake.publisher;
    let end = async () => undefined as void;
    if (kind === 'broker') {
      const url = await freshVhost();
      const bus = createBus({ url, service: 'bank', log, registry: new Registry() });
      const keep = async (event: Envelope) => received.push(event);
      bus.subscribe([{ event: moneyPaidIn, effect: 'insert', reaction: 'keep', handle: keep }], null);
      await bus.started();
      publisher = bus;
      end = async () => {
        await bus.close();
        await removeVhost(url);
      };
    }
    const { store } = await open(publisher);
    for (let at = 1; at <= 20; at += 1) await store.decide(`a${at % 2}`, payIn(at));
    const got = () => (kind === 'broker' ? received : fake.published);
    await eventually('20 events published', () => got().length === 20);
    for (const id of ['a0', 'a1']) {
      const versions = got()
        .filter((event) => event.subject === id)
        .map((event) => Number(event.sequence));
      expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    }
    await outboxEmpty('a0', 'a1');
    await end();
  });
});
