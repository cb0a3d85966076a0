import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBroker } from './find-broker.ts';

const dir = mkdtempSync(join(tmpdir(), 'broker-'));
const file = join(dir, 'start.json');
afterAll(() => rmSync(dir, { recursive: true }));

test('AMQP_URL names the broker', () => {
  expect(findBroker({ AMQP_URL: 'amqps://broker/ksbb' }, file)).toBe('amqps://broker/ksbb');
  expect(() => findBroker({ AMQP_URL: 'http://broker' }, file)).toThrow(
    'AMQP_URL is not an amqp:// or amqps:// address',
  );
});

test('without AMQP_URL it is the broker of the platform that runs here, while that runs', () => {
  expect(() => findBroker({}, file)).toThrow('no broker');
  writeFileSync(file, JSON.stringify({ pid: process.pid, amqpUrl: 'amqp://here' }));
  expect(findBroker({ AMQP_URL: '' }, file)).toBe('amqp://here');
  // Above the largest process id of Linux.
  writeFileSync(file, JSON.stringify({ pid: 2 ** 22 + 1, amqpUrl: 'amqp://here' }));
  expect(() => findBroker({}, file)).toThrow('no broker');
});
