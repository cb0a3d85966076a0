import { defineEvent, envelope } from '@ksbb/contracts';
import type { ConsumeMessage } from 'amqplib';
import { z } from 'zod';
import { createSettler } from './settle.ts';
import { on, type Subscription } from './subscription.ts';

const shelfFilled = defineEvent({
  service: 'shop',
  name: 'shelf-filled',
  major: 1,
  subject: 'the id of the shelf',
  summary: 'For this test.',
  data: z.object({}),
  example: {},
});

function delivery(headers: Record<string, unknown>): ConsumeMessage {
  const content = Buffer.from(JSON.stringify(envelope(shelfFilled, 'shelf-1', 1, {}, new Date(0))));
  return { content, properties: { headers }, fields: {} } as unknown as ConsumeMessage;
}

function settler(handled: string[]) {
  const fill = async (event: { id: string }) => handled.push(event.id);
  const subscriptions: Subscription<null>[] = [on(shelfFilled, 'insert', fill)];
  return createSettler({
    subscriptions,
    deps: null,
    isDependencyDown: () => false,
    onFailure: () => undefined,
    stopping: new AbortController().signal,
  });
}

const shared = { queue: 'stock.in', isQuarantine: false };
const quarantine = { queue: 'stock.alone', isQuarantine: true };

test('a delivery that came back once is handled among others', async () => {
  const handled: string[] = [];
  expect(await settler(handled)(delivery({ 'x-delivery-count': 1 }), shared)).toEqual({ is: 'done' });
  expect(handled).toHaveLength(1);
});

test('a delivery that came back twice is quarantined with its attempts, and no handler gets it yet', async () => {
  const handled: string[] = [];
  expect(await settler(handled)(delivery({ 'x-delivery-count': 2, 'x-ksbb-attempt': 3 }), shared)).toEqual({
    is: 'quarantine',
    attempt: 3,
  });
  expect(handled).toHaveLength(0);
});

test('a broker that counts how often a message was taken, and refusals apart, is understood too', async () => {
  const handled: string[] = [];
  expect(await settler(handled)(delivery({ 'x-acquired-count': 2 }), shared)).toEqual({ is: 'quarantine', attempt: 0 });
  expect(await settler(handled)(delivery({ 'x-acquired-count': 1, 'x-delivery-count': 0 }), shared)).toEqual({
    is: 'done',
  });
  expect(handled).toHaveLength(1);
});

test('in quarantine it is tried again, also after it came back three times', async () => {
  const handled: string[] = [];
  for (const count of [0, 3])
    expect(await settler(handled)(delivery({ 'x-delivery-count': count }), quarantine)).toEqual({ is: 'done' });
  expect(handled).toHaveLength(2);
});

test('after that it is dead, and no handler gets it again', async () => {
  const handled: string[] = [];
  expect(await settler(handled)(delivery({ 'x-delivery-count': 4 }), quarantine)).toMatchObject({
    is: 'dead',
    reason: 'kills-its-consumer',
  });
  expect(handled).toHaveLength(0);
});

test('a reaction is named after its function', () => {
  const sendThanksWhenShelfIsFilled = async () => undefined;
  expect(on(shelfFilled, 'insert', sendThanksWhenShelfIsFilled).reaction).toBe('send-thanks-when-shelf-is-filled');
});
