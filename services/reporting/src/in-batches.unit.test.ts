import { inBatches } from './in-batches.ts';

/** Batches as they were written; 'bad' cannot be written, and nothing can while `down`. */
function given({ limit = 10, down = false } = {}) {
  const written: string[][] = [];
  const write = async (items: string[]) => {
    written.push(items);
    await Promise.resolve();
    if (down) throw new Error('down');
    if (items.includes('bad')) throw new Error('bad');
  };
  return { written, put: inBatches({ write, limit, isDown: (error) => (error as Error).message === 'down' }) };
}

test('what comes during a write is written together after it', async () => {
  const { written, put } = given();
  await Promise.all(['a', 'b', 'c'].map(put));
  await put('d');
  expect(written).toEqual([['a'], ['b', 'c'], ['d']]);
});

test('a batch is no larger than the limit', async () => {
  const { written, put } = given({ limit: 2 });
  await Promise.all(['a', 'b', 'c', 'd'].map(put));
  expect(written).toEqual([['a'], ['b', 'c'], ['d']]);
});

test('only the one at fault fails', async () => {
  const { written, put } = given();
  const results = await Promise.allSettled(['a', 'b', 'bad', 'c'].map(put));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect(written).toEqual([['a'], ['b', 'bad', 'c'], ['b'], ['bad'], ['c']]);
  await expect(put('d')).resolves.toBeUndefined();
});

test('one that fails alone is not tried again here', async () => {
  const { written, put } = given();
  await expect(put('bad')).rejects.toThrow('bad');
  expect(written).toEqual([['bad']]);
});

test('while nothing can be written, all fail at once', async () => {
  const { written, put } = given({ down: true });
  const results = await Promise.allSettled(['a', 'b', 'c'].map(put));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(written).toEqual([['a'], ['b', 'c']]);
});
