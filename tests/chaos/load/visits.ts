import { call } from '@ksbb/testkit';
import type { BadVisitTarget } from '@ksbb/testkit/bad-visits';
import { SERVICE_NAMES, type ServiceName } from '../../../infra/local/services.ts';

const ID = 'KSBB-0000-0000-0011';

const PATHS: Record<ServiceName, Omit<BadVisitTarget, 'url'>> = {
  'msme-registry': {
    reads: ['/msmes?limit=50', '/map?bbox=106.6,-6.4,107,-6&zoom=11', '/boundaries', '/areas', '/msmes/gen-0000001'],
    writes: ['/msmes', '/msmes/gen-0000001/verification'],
  },
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

export type Urls = Readonly<Record<ServiceName, string>>;

/**
 * Asks for pages, and for an answer of each service. Answers how many requests these were and which were not answered
 * 200.
 */
export async function goodRequests(urls: Urls): Promise<{ asked: number; failed: string[] }> {
  const api = `${urls.portal}/api`;
  const addresses = [
    `${urls.portal}/`,
    `${urls.portal}/en/impact`,
    `${api}/msme-registry/areas`,
    `${api}/commitment/institutions`,
    `${api}/fintech-gateway/openapi.json`,
    `${api}/training/openapi.json`,
    `${api}/reporting/totals`,
    `${urls['fintech-sandbox']}/openapi.json`,
  ];
  const failed: string[] = [];
  for (const address of addresses) {
    const answer = await call('GET', address).catch(({ message }: Error) => ({ status: message }));
    if (answer.status !== 200) failed.push(`${address}: ${answer.status}`);
  }
  return { asked: addresses.length, failed };
}

/** The pages, each service's own port, and `/api` to each service that the portal is the way to. */
export function badVisitTargets(urls: Urls): BadVisitTarget[] {
  return SERVICE_NAMES.flatMap((service) => {
    const own = { url: urls[service], ...PATHS[service] };
    if (service === 'portal' || service === 'fintech-sandbox') return [own];
    const behindThePortal = (path: string) => `/api/${service}${path}`;
    return [own, { url: urls.portal, reads: own.reads.map(behindThePortal), writes: own.writes.map(behindThePortal) }];
  });
}
