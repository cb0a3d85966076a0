type Column = Float64Array | Uint32Array | Uint16Array | Uint8Array;

const FIRST_CAPACITY = 4_096;

/** Typed arrays of one length that grow together, by half at a time. New rows are 0. */
export function growingColumns<Columns extends Record<string, Column>>(make: (capacity: number) => Columns) {
  let capacity = FIRST_CAPACITY;
  const columns = make(capacity);
  return {
    columns,
    /** Makes sure that a row of this number exists. */
    reach: (row: number) => {
      if (row < capacity) return;
      capacity = Math.max(row + 1, Math.ceil(capacity * 1.5));
      const grown = make(capacity);
      for (const name of Object.keys(columns) as (keyof Columns)[]) {
        grown[name]?.set(columns[name] as Float64Array);
        columns[name] = grown[name];
      }
    },
  };
}
