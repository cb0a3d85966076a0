import { type ChannelModel, connect, type ConfirmChannel } from 'amqplib';
import { eventually } from '../../../testkit/src/eventually.ts';
import { freshVhost, removeVhost } from '../../../testkit/src/servers.ts';
import { type Action, processDeadLetters } from './process.ts';
import { type DeadMessage, deadLetterQueueOf, unroutedQueue, unroutedQueueOf } from './queues.ts';
import { openDeadLetterInspector } from './inspector.ts';
import { declareExchange, declareSubscriber } from '../topology.ts';

let url: string;
let model: ChannelModel;
let channel: ConfirmChannel;

const stock = deadLetterQueueOf('stock');
const TYPE = 'ksbb.shop.shelf-filled.v1';

beforeEach(async () => {
  url = await freshVhost();
  model = await connect(url);
  channel = await model.createConfirmChannel();
  await declareExchange(channel);
  await declareSubscriber(channel, 'stock', ['shop.shelf-moved.v1']);
});

afterEach(async () => {
  await model.close();
  await removeVhost(url);
});

const contentOf = (id: string) => JSON.stringify({ id, type: TYPE });

async function die(id: string, headers: Record<string, unknown> = {}): Promise<void> {
  const died = {
    'x-ksbb-reason': 'invalid',
    'x-ksbb-error': 'pieces: at least 1',
    'x-ksbb-attempt': 4,
    'x-ksbb-dead-at': '2026-11-24T03:00:00.000Z',
    ...headers,
  };
  channel.sendToQueue('stock.dead', Buffer.from(contentOf(id)), { messageId: id, type: TYPE, headers: died });
  await channel.waitForConfirms();
}

const depth = async (queue: string) => (await channel.checkQueue(queue)).messageCount;

const untilDepth = (queue: string, count: number) =>
  eventually(`${count} messages in ${queue}`, async () => (await depth(queue)) === count);

/** The messages in their order; all of them stay. */
async function look(queue = stock): Promise<DeadMessage[]> {
  const messages: DeadMessage[] = [];
  await processDeadLetters(url, queue, (message) => {
    messages.push(message);
    return 'keep';
  });
  return messages;
}

const byId = (actions: Record<string, Action>) => (message: DeadMessage) => actions[message.eventId] ?? 'keep';

describe('going through the dead messages of a service', () => {
  beforeEach(async () => {
    for (const id of ['e1', 'e2', 'e3']) await die(id);
  });

  test('looking keeps every message with all it says, however often', async () => {
    for (let times = 0; times < 25; times += 1) await look();
    const messages = await look();
    expect(messages.map((message) => message.eventId)).toEqual(['e1', 'e2', 'e3']);
    expect(messages[0]).toEqual({
      service: 'stock',
      eventId: 'e1',
      eventType: TYPE,
      reason: 'invalid',
      error: 'pieces: at least 1',
      deadAt: '2026-11-24T03:00:00.000Z',
      content: contentOf('e1'),
    });
  });

  test('a replayed message goes to its source queue with its id and trace, without its attempts', async () => {
    await die('e4', { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    expect(await processDeadLetters(url, stock, byId({ e4: 'replay' }))).toEqual({
      keep: 3,
      replay: 1,
      discard: 0,
      unseen: 0,
    });
    const message = await channel.get('stock.in', { noAck: true });
    expect(message && [message.properties.messageId, message.properties.type, message.content.toString()]).toEqual([
      'e4',
      TYPE,
      contentOf('e4'),
    ]);
    expect(message && message.properties.headers).toMatchObject({
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    expect(message && message.properties.headers).not.toHaveProperty('x-ksbb-attempt');
    await untilDepth('stock.dead', 3);
  });

  test('replaying twice sends it once, also at the same time', async () => {
    const counts = await Promise.all([1, 2, 3].map(() => processDeadLetters(url, stock, () => 'replay')));
    expect(counts.map(({ replay }) => replay).sort()).toEqual([0, 0, 3]);
    await untilDepth('stock.in', 3);
    await untilDepth('stock.dead', 0);
  });

  test('a discarded message is gone, and no more than the limit is looked at', async () => {
    expect(await processDeadLetters(url, stock, () => 'discard', { limit: 2 })).toEqual({
      keep: 0,
      replay: 0,
      discard: 2,
      unseen: 1,
    });
    await untilDepth('stock.dead', 1);
    expect((await look()).map(({ eventId }) => eventId)).toEqual(['e3']);
  });

  test('a copy that a command left behind is one message, and is replayed once', async () => {
    await die('e1', { 'x-ksbb-dead-at': '2026-11-25T03:00:00.000Z' });
    await untilDepth('stock.dead', 4);
    expect((await look()).map(({ eventId }) => eventId)).toEqual(['e1', 'e2', 'e3']);
    await untilDepth('stock.dead', 3);
  });

  test('where no queue takes it, a message is not lost, and that is said', async () => {
    await channel.deleteQueue('stock.in');
    await expect(processDeadLetters(url, stock, byId({ e2: 'replay' }))).rejects.toThrow(
      'the broker did not take e2 into stock.in: there is no such queue',
    );
    await untilDepth('stock.dead', 3);
    expect((await look()).map(({ eventId }) => eventId).sort()).toEqual(['e1', 'e2', 'e3']);
  });

  test('what happens while a message is looked at, such as an error, loses none', async () => {
    const fail = () => {
      throw new Error('the inspector is closed');
    };
    await expect(processDeadLetters(url, stock, fail)).rejects.toThrow('the inspector is closed');
    await untilDepth('stock.dead', 3);
  });

  test('more than are taken at a time keep their order', async () => {
    for (let at = 4; at <= 130; at += 1) await die(`e${at}`);
    const ids = Array.from({ length: 130 }, (_, at) => `e${at + 1}`);
    expect((await look()).map(({ eventId }) => eventId)).toEqual(ids);
    expect((await look()).map(({ eventId }) => eventId)).toEqual(ids);
  });
});

test('a message without our headers says what it can', async () => {
  channel.sendToQueue('stock.dead', Buffer.from(contentOf('e1')), {
    headers: { 'x-first-death-reason': 'delivery_limit' },
  });
  channel.sendToQueue('stock.dead', Buffer.from('no JSON'), { headers: { 'x-ksbb-error': 7 } });
  await channel.waitForConfirms();
  expect(await look()).toMatchObject([
    { eventId: 'e1', eventType: TYPE, reason: 'delivery_limit', error: '', deadAt: null },
    { eventId: 'none', eventType: 'none', reason: 'none', error: '', content: 'no JSON' },
  ]);
});

test('a service without queues is an error', async () => {
  await expect(processDeadLetters(url, deadLetterQueueOf('nobody'), () => 'keep')).rejects.toThrow(
    'there is no queue nobody.dead on this broker',
  );
});

test('another command that goes on for long is named', async () => {
  const other = await connect(url);
  await (await other.createChannel()).assertQueue('stock.dead.sorting', { exclusive: true });
  await expect(processDeadLetters(url, stock, () => 'keep', { waitMs: 300 })).rejects.toThrow(
    'another command is processing stock.dead',
  );
  await other.close();
  expect(await look()).toEqual([]);
});

describe('events that no queue took', () => {
  const publish = async (routingKey: string, id: string, type: string) => {
    channel.publish('ksbb.events', routingKey, Buffer.from(contentOf(id)), { messageId: id, type });
    await channel.waitForConfirms();
  };

  beforeEach(async () => {
    await publish('shop.shelf-filled.v1', 'e1', TYPE);
    await publish('bank.money-paid-in.v1', 'e2', 'ksbb.bank.money-paid-in.v1');
  });

  test('are listed as unroutedQueue, of one producer or of all', async () => {
    expect(await look(unroutedQueue)).toMatchObject([
      { service: 'unrouted', eventId: 'e1', reason: 'no-queue' },
      { service: 'unrouted', eventId: 'e2', reason: 'no-queue' },
    ]);
    expect((await look(unroutedQueueOf('bank'))).map(({ eventId }) => eventId)).toEqual(['e2']);
    await untilDepth('ksbb.unrouted', 2);
  });

  test('are published again to the queues that are bound now, also after somebody looked at them', async () => {
    await look(unroutedQueue);
    await channel.bindQueue('stock.in', 'ksbb.events', 'shop.shelf-filled.v1');
    expect(await processDeadLetters(url, unroutedQueueOf('shop'), () => 'replay')).toMatchObject({
      replay: 1,
      keep: 0,
    });
    const message = await channel.get('stock.in', { noAck: true });
    expect(message && [message.properties.messageId, message.fields.routingKey]).toEqual([
      'e1',
      'shop.shelf-filled.v1',
    ]);
    await untilDepth('ksbb.unrouted', 1);
  });

  test('come back where still nobody is bound', async () => {
    expect(await processDeadLetters(url, unroutedQueue, () => 'replay')).toMatchObject({ replay: 2 });
    expect((await look(unroutedQueue)).map(({ eventId }) => eventId)).toEqual(['e1', 'e2']);
  });
});

describe('the inspector', () => {
  const inspector = () => openDeadLetterInspector(url, [stock, unroutedQueue]);

  beforeEach(async () => {
    await die('e1', {
      'x-ksbb-reason': 'rejected',
      'x-ksbb-error': 'no shelf s-17\n  is known',
      'x-ksbb-dead-at': '2026-11-24T05:00:00.000Z',
    });
    await die('e2', {
      'x-ksbb-reason': 'rejected',
      'x-ksbb-error': 'no shelf s-18 is known',
      'x-ksbb-dead-at': '2026-11-24T04:00:00.000Z',
    });
    await die('e3');
    channel.publish('ksbb.events', 'shop.shelf-filled.v1', Buffer.from(contentOf('e4')), {
      messageId: 'e4',
      type: TYPE,
    });
    await channel.waitForConfirms();
  });

  const unknownShelves = {
    service: 'stock',
    eventType: TYPE,
    reason: 'rejected',
    error: 'no shelf … is known',
    count: 2,
  };

  test('groups by service, event type and error without what differs, the largest group first', async () => {
    expect(await inspector().list()).toEqual({
      groups: [
        { ...unknownShelves, oldest: '2026-11-24T04:00:00.000Z', eventIds: ['e1', 'e2'] },
        {
          service: 'stock',
          eventType: TYPE,
          reason: 'invalid',
          error: 'pieces: at least …',
          count: 1,
          oldest: '2026-11-24T03:00:00.000Z',
          eventIds: ['e3'],
        },
        {
          service: 'unrouted',
          eventType: TYPE,
          reason: 'no-queue',
          error: '',
          count: 1,
          oldest: null,
          eventIds: ['e4'],
        },
      ],
      letters: 4,
      unseen: 0,
    });
  });

  test.each([
    [{ reason: 'rejected' }, ['e1', 'e2']],
    [{ eventId: 'e3' }, ['e3']],
    [{ error: unknownShelves.error, eventType: TYPE }, ['e1', 'e2']],
    [{ error: 'no shelf', eventType: TYPE }, []],
    [{ eventType: 'ksbb.other' }, []],
    [{ reason: 'rejected', eventId: 'e3' }, []],
  ])('%j chooses %j', async (choice, ids) => {
    expect((await inspector().list(choice)).groups.flatMap(({ eventIds }) => eventIds)).toEqual(ids);
    expect(await inspector().discard(choice)).toEqual({ moved: ids.length, left: 4 - ids.length });
  });

  test('shows the messages of an event', async () => {
    expect(await inspector().show('e2')).toMatchObject([
      { eventId: 'e2', error: 'no shelf s-18 is known', content: contentOf('e2') },
    ]);
    expect(await inspector().show('e9')).toEqual([]);
  });

  test('replays what is chosen', async () => {
    expect(await inspector().replay({ reason: 'rejected' })).toEqual({ moved: 2, left: 2 });
    expect(await inspector().replay({ reason: 'rejected' })).toEqual({ moved: 0, left: 2 });
    await untilDepth('stock.in', 2);
  });
});
