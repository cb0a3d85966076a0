import type { MsmeTable } from './table.ts';

/**
 * Keeps the rows of the table in the order of the list. New rows are sorted and merged in when they are asked for, so that a
 * million of them cost one sort and not a million moves.
 */
export function createOrderedRows({
  keyOf,
  takeNewcomers,
}: Pick<MsmeTable, 'keyOf' | 'takeNewcomers'>): () => Uint32Array {
  let ordered = new Uint32Array(0);

  function merge(added: readonly { row: number; key: string }[]): void {
    const merged = new Uint32Array(ordered.length + added.length);
    let from = 0;
    let to = 0;
    for (const { row, key } of added) {
      while (from < ordered.length && keyOf(ordered[from] ?? 0) < key) merged[to++] = ordered[from++] ?? 0;
      merged[to++] = row;
    }
    merged.set(ordered.subarray(from), to);
    ordered = merged;
  }

  return () => {
    const added = takeNewcomers().map((row) => ({ row, key: keyOf(row) }));
    if (added.length > 0) merge(added.sort((one, other) => (one.key < other.key ? -1 : 1)));
    return ordered;
  };
}
