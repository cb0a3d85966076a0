/** How mongo-java-server keeps its data: fast in memory, or in a file with a heap that does not grow with the data. */
export type EmbeddedDatabase = {
  backend: 'memory' | 'h2';
  heapMb: number;
  /** A tight heap follows little data closely. With much data it would stand still for seconds at each collection. */
  tight: boolean;
  /** What to know before so much is loaded, for people. */
  warning?: string;
};

/** For tests, and for everything that has little data. */
export const SMALL_DATABASE: EmbeddedDatabase = { backend: 'memory', heapMb: 512, tight: true };

const TIGHT_UP_TO_MSMES = 20_000;
const BASE_MB = 256;
/** An MSME is held about three times (registry, needs board, reporting) at some 5 KB each. */
const KB_PER_MSME = 16;
/** What the broker, the services and the rest of the machine need besides. */
const RESERVED_MB = 2_048;
const FILE_HEAP_MB = 2_048;

const heapFor = (msmes: number) => BASE_MB + Math.ceil((msmes * KB_PER_MSME) / 1024);
const inThousands = (msmes: number) => (Math.floor(msmes / 1_000) * 1_000).toLocaleString('en');

/**
 * How the embedded database keeps `msmes` MSMEs in the memory that is available: in memory where they fit, else in a
 * file.
 * @throws with the number that would fit, where even a file needs more memory than there is
 */
export function databaseFor(msmes: number, availableMb = process.availableMemory() / 2 ** 20): EmbeddedDatabase {
  const heapMb = heapFor(msmes);
  if (msmes <= TIGHT_UP_TO_MSMES) return { backend: 'memory', heapMb, tight: true };
  const usableMb = Math.floor(availableMb - RESERVED_MB);
  if (heapMb <= usableMb) return { backend: 'memory', heapMb, tight: false };
  const fitting = Math.max(TIGHT_UP_TO_MSMES, ((usableMb - BASE_MB) * 1024) / KB_PER_MSME);
  const need = `${inThousands(msmes)} MSMEs need ${heapMb} MB in memory, and ${Math.max(usableMb, 0)} MB can be used`;
  const choices = `Up to ${inThousands(fitting)} fit (--msmes), or set MONGODB_URI to a MongoDB.`;
  if (usableMb < FILE_HEAP_MB) throw new Error(`${need}. ${choices}`);
  return {
    backend: 'h2',
    heapMb: FILE_HEAP_MB,
    tight: false,
    warning: `${need}: the embedded database keeps them in a file, which takes several times as long. ${choices}`,
  };
}
