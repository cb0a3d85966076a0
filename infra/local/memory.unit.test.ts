import { databaseFor } from './memory.ts';

describe('the size of the embedded database', () => {
  test('little data is kept in memory on a tight heap, whatever memory there is', () => {
    expect(databaseFor(5_000, 1_000)).toEqual({ backend: 'memory', heapMb: 335, tight: true });
  });

  test('much data is kept in memory where it fits beside the rest', () => {
    expect(databaseFor(1_000_000, 20_000)).toEqual({ backend: 'memory', heapMb: 15_881, tight: false });
  });

  test('what does not fit into memory goes to a file, with a warning that names what would fit', () => {
    const database = databaseFor(1_000_000, 8_000);
    expect(database).toMatchObject({ backend: 'h2', heapMb: 2_048, tight: false });
    expect(database.warning).toContain('Up to 364,000 fit');
  });

  test('what not even a file can carry is refused, and what would fit is named', () => {
    expect(() => databaseFor(200_000, 3_500)).toThrow('Up to 76,000 fit (--msmes), or set MONGODB_URI');
    expect(() => databaseFor(200_000, 1_000)).toThrow('Up to 20,000 fit');
  });
});
