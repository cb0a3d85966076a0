import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { oneOf, type Visitor, WAYS } from './bad-visit-ways.ts';
import { seededRandom, type SeededRandom } from './random.ts';

/**
 * Where bad visits go: one address, paths that read there, and paths that take a body. Nothing they send has an effect.
 */
export type BadVisitTarget = { url: string; reads: readonly string[]; writes: readonly string[] };

type Bounds = {
  seed: number;
  /** Most connections at one time. */
  atOnce: number;
  /** Stop after this number of visits; without it, `until` ends them. */
  count?: number;
  until?: AbortSignal;
  /** The number of the first visit, so that several rounds of one seed differ. */
  first?: number;
  /** Pause of each visitor after a visit, so that others have the processor too. */
  pauseMs?: number;
};

const VISIT_MS = 2_000;
const LONGEST_PAUSE_MS = 150;
export type BadVisitKind = keyof typeof WAYS;
export type BadVisitCounts = Record<BadVisitKind, number>;

export const BAD_VISIT_KINDS = Object.keys(WAYS) as BadVisitKind[];

/** One visit that ends badly, within `VISIT_MS` whatever the other side does. */
async function visit(kind: BadVisitKind, { url, reads, writes }: BadVisitTarget, random: SeededRandom): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
  // a service that is away or resets the connection is what a bad visitor has to expect
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').catch(() => undefined);
  const firstBytes = new Promise<void>((resolve) => void socket.once('data', () => resolve()));
  const connected = await Promise.race([
    once(socket, 'connect').then(
      () => true,
      () => false,
    ),
    sleep(VISIT_MS, false, { ref: false }),
  ]);
  if (connected) {
    const visitor: Visitor = {
      socket,
      random,
      read: oneOf(reads, random),
      write: oneOf(writes, random),
      send: (bytes) => void (socket.writable && socket.write(bytes)),
      linger: () => sleep(random.below(LONGEST_PAUSE_MS)),
      answered: async () => void (await Promise.race([firstBytes, ended])),
    };
    const reset = random.below(2) === 0;
    await Promise.race([WAYS[kind](visitor), ended, sleep(VISIT_MS, undefined, { ref: false })]);
    if (reset) socket.resetAndDestroy();
  }
  socket.destroy();
  await ended;
}

/**
 * Visits the targets badly, in every way in turn, until `count` visits are made or `until` is aborted. The same seed
 * makes the same visits. At most `atOnce` connections are open, each for two seconds at most. Answers how often each
 * way was taken.
 */
export async function badVisits(
  targets: readonly BadVisitTarget[],
  { seed, atOnce, count = Infinity, until, first = 0, pauseMs = 0 }: Bounds,
): Promise<BadVisitCounts> {
  const counts = Object.fromEntries(BAD_VISIT_KINDS.map((kind) => [kind, 0])) as BadVisitCounts;
  let next = first;
  const visitors = Array.from({ length: atOnce }, async () => {
    while (next < first + count && until?.aborted !== true) {
      const number = next;
      next += 1;
      const random = seededRandom(seed * 1_000_003 + number);
      const kind = BAD_VISIT_KINDS[number % BAD_VISIT_KINDS.length] as BadVisitKind;
      await visit(kind, oneOf(targets, random), random);
      counts[kind] += 1;
      if (pauseMs > 0) await sleep(pauseMs * 2 * random.float());
    }
  });
  await Promise.all(visitors);
  return counts;
}
