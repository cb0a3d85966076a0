import type {
  collaborationContacts,
  CollaborationView,
  FundChain,
  LoanView,
  Timeline,
  TrainingView,
} from '@ksbb/contracts';
import type { z } from 'zod';
import { orNull, unwrap } from '../../services/call.ts';
import type { Services } from '../../services/clients.ts';
import { setCookies } from '../../web/cookies.ts';
import type { PageRequest } from '../../web/page.ts';

const NAME = 'ksbb_access';
const pathOf = (collaborationId: string) => `/collaborations/${collaborationId}`;

/**
 * The donor's capability token, as the browser keeps it: for this collaboration's pages only, out of reach of scripts.
 */
export function readAccess(pageRequest: Pick<PageRequest, 'cookie'>): string | undefined {
  return pageRequest.cookie(NAME) || undefined;
}

export function storeAccess(
  collaborationId: string,
  { token, expiresAt }: { token: string; expiresAt: string },
  { secure }: Pick<PageRequest, 'secure'>,
): string[] {
  const maxAgeSeconds = (new Date(expiresAt).getTime() - Date.now()) / 1000;
  return setCookies({ name: NAME, value: token, path: pathOf(collaborationId), maxAgeSeconds, secure });
}

export function clearAccess(collaborationId: string, { secure }: Pick<PageRequest, 'secure'>): string[] {
  return setCookies({ name: NAME, value: '', path: pathOf(collaborationId), maxAgeSeconds: 0, secure });
}

/** Everything the page of a collaboration shows. Null stands for a part whose service is away. */
export type Loaded = {
  collaboration: CollaborationView;
  loans: readonly LoanView[] | null;
  /** By loan, where its money was lent on. */
  chains: ReadonlyMap<string, FundChain>;
  trainings: readonly TrainingView[] | null;
  timeline: Timeline | null;
  access: Access;
  now: Date;
};

/** Whether this browser has given the PIN. `contacts` is null where they cannot be loaded just now. */
export type Access =
  { open: false } | { open: true; token: string; contacts: z.output<typeof collaborationContacts> | null };

const MAX_CHAINS = 10;

async function loadAccess({ commitment }: Services, id: string, token: string | undefined): Promise<Access> {
  if (token === undefined) return { open: false };
  const reply = await commitment.contacts(id, token);
  // a refusal says that the hour is over, or that the token was made for something else
  return reply.kind === 'refusal' ? { open: false } : { open: true, token, contacts: orNull(reply) };
}

async function loadLoans({ gateway }: Services, id: string, token: string | undefined) {
  const reply = await gateway.loans(id, token);
  // a token whose hour is over shows what everyone sees
  return token !== undefined && reply.kind === 'refusal' ? gateway.loans(id) : reply;
}

async function loadChains({ gateway }: Services, loans: readonly LoanView[]): Promise<Map<string, FundChain>> {
  const lentOn = loans
    .filter(({ status, relentFrom }) => status === 'repaid' || relentFrom !== null)
    .slice(0, MAX_CHAINS);
  const chains = await Promise.all(
    lentOn.map(async ({ loanId }) => [loanId, orNull(await gateway.chain(loanId))] as const),
  );
  return new Map(
    chains.flatMap(([loanId, chain]) => (chain !== null && chain.links.length > 1 ? [[loanId, chain]] : [])),
  );
}

/**
 * Loads what is known of a collaboration. Only the collaboration itself is needed; each other part may be away.
 * @throws ServiceFailed where the collaboration itself cannot be loaded
 */
export async function loadCollaboration(services: Services, id: string, token: string | undefined): Promise<Loaded> {
  const { commitment, training, reporting } = services;
  const [collaboration, loanReply, trainingReply, timeline, access] = await Promise.all([
    commitment.collaboration(id),
    loadLoans(services, id, token),
    training.trainings(id),
    reporting.timeline(id),
    loadAccess(services, id, token),
  ]);
  const loans = orNull(loanReply)?.items ?? null;
  return {
    collaboration: unwrap(collaboration),
    loans,
    chains: await loadChains(services, loans ?? []),
    trainings: orNull(trainingReply)?.items ?? null,
    timeline: orNull(timeline),
    access,
    now: new Date(),
  };
}
