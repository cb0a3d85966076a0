import { createServer } from 'node:net';
import { eventually } from './eventually.ts';
import { freePort, freePorts, isFreePort } from './ports.ts';
import { seededRandom } from './random.ts';

test('free ports differ, and one that is taken is not free', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
  const port = await freePort();
  expect(await isFreePort(port)).toBe(true);
  const server = createServer().listen(port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  expect(await isFreePort(port)).toBe(false);
  await new Promise((resolve) => server.close(resolve));
});

test('eventually answers what it finds, and names what did not happen', async () => {
  let looks = 0;
  expect(await eventually('the third look', () => (looks += 1) === 3 && 'found')).toBe('found');
  await expect(eventually('the sun rises', () => false, 100)).rejects.toThrow(
    'the sun rises: did not happen within 0.1 s',
  );
});

test('the same seed gives the same numbers, and shuffling keeps every element', () => {
  const [one, other] = [seededRandom(7), seededRandom(7)];
  const numbers = Array.from({ length: 100 }, () => one.below(10));
  expect(numbers).toEqual(Array.from({ length: 100 }, () => other.below(10)));
  expect(numbers.every((number) => number >= 0 && number < 10)).toBe(true);
  expect(new Set(numbers).size).toBeGreaterThan(5);
  expect(one.shuffled([1, 2, 3, 4]).toSorted()).toEqual([1, 2, 3, 4]);
});
