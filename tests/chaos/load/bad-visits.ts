import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { call, seededRandom, type SeededRandom } from '@ksbb/testkit';
import { oneOf, type Visitor, WAYS } from './bad-visit-ways.ts';

/** Where bad visits go: one address, paths that read there, and paths that take a body. Nothing they send has an effect. */
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
const ID = 'KSBB-0000-0000-0011';

const MSME_PATHS = {
  reads: ['/msmes?limit=50', '/map?bbox=106.6,-6.4,107,-6&zoom=11', '/boundaries', '/areas', '/msmes/gen-0000001'],
  writes: ['/msmes', '/msmes/gen-0000001/verification'],
};
const PATHS = {
  'msme-registry': MSME_PATHS,
  commitment: {
    reads: [`/collaborations/${ID}`, '/institutions', '/boards?msmeIds=gen-0000001,gen-0000002', '/openapi.json'],
    writes: ['/commitments', `/collaborations/${ID}/capability`, `/collaborations/${ID}/deliveries`],
  },
  'fintech-gateway': {
    reads: [`/collaborations/${ID}/loans`, '/partners', '/fund/chain/x', '/partner/v1/event-types', '/openapi.json'],
    writes: ['/callbacks/amanah', '/callbacks/lumbung', '/partner/v1/endpoints', '/partner-credentials'],
  },
  training: {
    reads: [`/collaborations/${ID}/trainings`, `/trainings/${ID}.bookkeeping`, '/openapi.json'],
    writes: [`/trainings/${ID}.bookkeeping/attendance`, `/trainings/${ID}.bookkeeping/report`],
  },
  reporting: {
    reads: ['/totals', `/collaborations/${ID}/timeline`, '/openapi.json'],
    writes: ['/totals'],
  },
  'fintech-sandbox': {
    reads: ['/', '/amanah/v1.0/statement', '/lumbung/api/events', '/admin/contracts', '/openapi.json'],
    writes: ['/amanah/v1.0/access-token/b2b', '/amanah/v1.0/qardh-contracts', '/lumbung/api/loans', '/admin/faults'],
  },
  portal: {
    reads: ['/', '/en/?q=pasar', '/impact', '/join-donation', `/collaborations/${ID}`, '/give-help?msme=gen-0000001'],
    writes: ['/give-help', `/collaborations/${ID}/open`, `/collaborations/${ID}/deliveries`, `/m/${ID}/a.b.c/receipts`],
  },
};

const BEHIND_THE_PORTAL = ['msme-registry', 'commitment', 'fintech-gateway', 'training', 'reporting'] as const;

export type Urls = Readonly<Record<keyof typeof PATHS, string>>;

/** Asks for pages, and for an answer of each service. Answers how many requests these were and which were not answered 200. */
export async function goodRequests({ portal, ...urls }: Urls): Promise<{ asked: number; failed: string[] }> {
  const api = `${portal}/api`;
  const addresses = [
    `${portal}/`,
    `${portal}/en/impact`,
    `${api}/msme-registry/areas`,
    `${api}/commitment/institutions`,
    `${api}/fintech-gateway/openapi.json`,
    `${api}/training/openapi.json`,
    `${api}/reporting/totals`,
    `${urls['fintech-sandbox']}/openapi.json`,
  ];
  const failed: string[] = [];
  for (const address of addresses) {
    const status = await call('GET', address).then(
      (answer) => String(answer.status),
      (error: Error) => error.message,
    );
    if (status !== '200') failed.push(`${address}: ${status}`);
  }
  return { asked: addresses.length, failed };
}

/** The pages, `/api` to each service, and each service's own port. */
export function badVisitTargets(urls: Urls): BadVisitTarget[] {
  const under = (prefix: string, paths: readonly string[]) => paths.map((path) => prefix + path);
  const behindThePortal = BEHIND_THE_PORTAL.map((service) => ({
    url: urls.portal,
    reads: under(`/api/${service}`, PATHS[service].reads),
    writes: under(`/api/${service}`, PATHS[service].writes),
  }));
  const own = Object.entries(PATHS).map(([service, paths]) => ({ url: urls[service as keyof typeof PATHS], ...paths }));
  return [...own, ...behindThePortal];
}

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
 * Visits the targets badly, in every way in turn, until `count` visits are made or `until` is aborted. The same seed makes
 * the same visits. At most `atOnce` connections are open, each for two seconds at most. Answers how often each way was taken.
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
