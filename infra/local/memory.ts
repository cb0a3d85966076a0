const MOST_IN_MEMORY = 100_000;
const BASE_MB = 256;
/** An MSME is held about three times (registry, needs board, reporting) at some 5 KB each. */
const KB_PER_MSME = 16;

/**
 * How the embedded database keeps so many MSMEs: up to 100,000 in memory, which is several times faster; above in a
 * file, with a heap that no longer grows with the data.
 */
export function memoryFor(msmes: number): { backend: 'memory' | 'h2'; heapMb: number } {
  if (msmes > MOST_IN_MEMORY) return { backend: 'h2', heapMb: 1024 };
  return { backend: 'memory', heapMb: BASE_MB + Math.ceil((msmes * KB_PER_MSME) / 1024) };
}
