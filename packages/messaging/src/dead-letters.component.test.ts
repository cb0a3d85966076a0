import { type Channel, type ChannelModel, connect } from 'amqplib';
import { freshVhost, removeVhost } from '../../../infra/dev/testing.ts';
import { sortDeadLetters } from './dead-letters.ts';
import { declareExchange, declareSubscriber } from './topology.ts';

let url: string;
let model: ChannelModel;
let channel: Channel;

beforeEach(async () => {
  url = await freshVhost();
  model = await connect(url);
  channel = await model.createChannel();
  await declareExchange(channel);
  await declareSubscriber(channel, 'stock', []);
  for (const id of ['e1', 'e2', 'e3']) {
    channel.sendToQueue('stock.dead', Buffer.from(`{"id":"${id}"}`), {
      messageId: id,
      type: 'ksbb.shop.shelf-filled.v1',
      headers: { 'x-ksbb-reason': id === 'e3' ? 'rejected' : 'invalid', 'x-ksbb-error': 'pieces: at least 1', 'x-ksbb-attempt': 4, 'x-ksbb-dead-at': '2026-11-24T03:00:00.000Z' },
    });
  }
  await until('stock.dead', 3);
});

afterEach(async () => {
  await model.close();
  await removeVhost(url);
});

const depth = async (queue: string) => (await channel.checkQueue(queue)).messageCount;

async function until(queue: string, count: number): Promise<void> {
  for (let tries = 0; tries < 200 && (await depth(queue)) !== count; tries += 1) await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await depth(queue)).toBe(count);
}

test('looking keeps every letter with all it says, however often', async () => {
  for (let times = 0; times < 25; times += 1) await sortDeadLetters(url, 'stock', () => 'keep');
  const letters = await sortDeadLetters(url, 'stock', () => 'keep');
  expect(letters.map((letter) => letter.eventId)).toEqual(['e1', 'e2', 'e3']);
  expect(letters[0]).toEqual({
    service: 'stock',
    eventId: 'e1',
    eventType: 'ksbb.shop.shelf-filled.v1',
    reason: 'invalid',
    error: 'pieces: at least 1',
    deadAt: '2026-11-24T03:00:00.000Z',
    content: '{"id":"e1"}',
    fate: 'keep',
  });
});

test('a replayed letter goes to the queue it came from, with its id and without its attempts; the others stay', async () => {
  await sortDeadLetters(url, 'stock', (letter) => (letter.reason === 'rejected' ? 'replay' : 'keep'));
  await until('stock.in', 1);
  const message = await channel.get('stock.in', { noAck: true });
  expect(message && [message.properties.messageId, message.properties.type]).toEqual(['e3', 'ksbb.shop.shelf-filled.v1']);
  expect(message && message.properties.headers).not.toHaveProperty('x-ksbb-attempt');
  await until('stock.dead', 2);
});

test('replaying twice sends it once', async () => {
  await sortDeadLetters(url, 'stock', () => 'replay');
  expect(await sortDeadLetters(url, 'stock', () => 'replay')).toEqual([]);
  await until('stock.in', 3);
});

test('a discarded letter is gone, and no more than the limit is touched', async () => {
  expect(await sortDeadLetters(url, 'stock', () => 'discard', 2)).toHaveLength(2);
  await until('stock.dead', 1);
});

test('a service without queues is an error', async () => {
  await expect(sortDeadLetters(url, 'nobody', () => 'keep')).rejects.toThrow(/nobody\.dead/);
});
