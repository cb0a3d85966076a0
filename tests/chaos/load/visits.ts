import { call } from '@ksbb/testkit';
import type { BadVisitTarget } from '@ksbb/testkit/bad-visits';

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

/**
 * Asks for pages, and for an answer of each service. Answers how many requests these were and which were not answered
 * 200.
 */
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
