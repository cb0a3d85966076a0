import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { inBatches } from './in-batches.ts';

/** Batches as they were written. 'bad' cannot be written, and nothing can be written while `down`. */
function given({ limit = 10, down = false } = {}) {
  const written: string[][] = [];
  const write = async (items: readonly string[]) => {
    written.push([...items]);
    await sleep(10);
    if (down) throw new Error('down');
    if (items.includes('bad')) throw new Error('bad');
  };
  return { written, put: inBatches({ write, limit, isDown: (error) => (error as Error).message === 'down' }) };
}

test('items that come together are written together, and so are items that come during a write', async () => {
  const { written, put } = given();
  const first = ['a', 'b'].map(put);
  await nextTurn();
  const second = ['c', 'd'].map(put);
  await nextTurn();
  await Promise.all([...first, ...second, put('e')]);
  await put('f');
  expect(written).toEqual([['a', 'b'], ['c', 'd', 'e'], ['f']]);
});

test('a batch is no larger than the limit', async () => {
  const { written, put } = given({ limit: 2 });
  await Promise.all(['a', 'b', 'c'].map(put));
  expect(written).toEqual([['a', 'b'], ['c']]);
});

test('only the one at fault fails', async () => {
  const { written, put } = given();
  const results = await Promise.allSettled(['a', 'bad', 'c'].map(put));
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(written).toEqual([['a', 'bad', 'c'], ['a'], ['bad'], ['c']]);
  await expect(put('d')).resolves.toBeUndefined();
});

test('an item that fails alone is not written again here', async () => {
  const { written, put } = given();
  await expect(put('bad')).rejects.toThrow('bad');
  expect(written).toEqual([['bad']]);
});

test('while nothing can be written, all fail at once', async () => {
  const { written, put } = given({ down: true });
  const results = await Promise.allSettled(['a', 'b', 'c'].map(put));
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
  expect(written).toEqual([['a', 'b', 'c']]);
});
