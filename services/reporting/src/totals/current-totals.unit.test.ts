import { createCached } from './current-totals.ts';

function given({ loadTakesMs = 0 } = {}) {
  let time = 1;
  let loads = 0;
  const load = async () => {
    loads += 1;
    await Promise.resolve();
    time += loadTakesMs;
    return loads;
  };
  return { cached: createCached(load, { maxAgeMs: 1_000, now: () => time }), later: (ms: number) => (time += ms) };
}

test('a value is kept until it is too old', async () => {
  const { cached, later } = given();
  expect(await cached()).toBe(1);
  later(1_000);
  expect(await cached()).toBe(1);
  later(1);
  expect(await cached()).toBe(2);
  later(1_001);
  expect(await cached()).toBe(3);
});

test('those who ask at the same time share one load', async () => {
  const { cached, later } = given();
  expect(await Promise.all([cached(), cached(), cached()])).toEqual([1, 1, 1]);
  later(1_001);
  expect(await Promise.all([cached(), cached()])).toEqual([2, 2]);
});

test('where a load takes long, the value is kept five times as long', async () => {
  const { cached, later } = given({ loadTakesMs: 2_000 });
  expect(await cached()).toBe(1);
  later(8_000);
  expect(await cached()).toBe(1);
  later(1);
  expect(await cached()).toBe(2);
});

test('a failed load is not kept', async () => {
  let fails = true;
  const cached = createCached(async () => (fails ? Promise.reject(new Error('away')) : 'there'), { maxAgeMs: 1_000 });
  await expect(cached()).rejects.toThrow('away');
  fails = false;
  expect(await cached()).toBe('there');
});
