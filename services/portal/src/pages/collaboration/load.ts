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
import { setCookies } from '../../web/security.ts';
import type { PageRequest } from '../../web/page.ts';

const NAME = 'ksbb_access';
const pathOf = (collaborationId: string) => `/collaborations/${collaborationId}`;

/** The donor's capability token from its cookie, or undefined if the donor has not given the PIN on this device. */
export function readAccess(pageRequest: Pick<PageRequest, 'cookie'>): string | undefined {
  return pageRequest.cookie(NAME) || undefined;
}

/** Cookies that keep the token until it expires, for the pages of this collaboration only. */
export function storeAccess(
  collaborationId: string,
  { token, expiresAt }: { token: string; expiresAt: string },
  { secure }: Pick<PageRequest, 'secure'>,
): string[] {
  const maxAgeSeconds = (new Date(expiresAt).getTime() - Date.now()) / 1000;
  return setCookies({ name: NAME, value: token, path: pathOf(collaborationId), maxAgeSeconds, secure });
}

/** Cookies that delete the token. */
export function clearAccess(collaborationId: string, { secure }: Pick<PageRequest, 'secure'>): string[] {
  return setCookies({ name: NAME, value: '', path: pathOf(collaborationId), maxAgeSeconds: 0, secure });
}

/** Everything that the page of a collaboration shows. Null stands for a part whose service is unavailable. */
export type Loaded = {
  collaboration: CollaborationView;
  loans: readonly LoanView[] | null;
  /** The loans that were made from repaid money, by the id of the loan that repaid it. */
  chains: ReadonlyMap<string, FundChain>;
  trainings: readonly TrainingView[] | null;
  timeline: Timeline | null;
  access: Access;
  now: Date;
};

/** Whether the donor has given the PIN in this browser. `contacts` is null while they cannot be loaded. */
export type Access =
  { open: false } | { open: true; token: string; contacts: z.output<typeof collaborationContacts> | null };

const MAX_CHAINS = 10;

async function loadAccess({ commitment }: Services, id: string, token: string | undefined): Promise<Access> {
  if (token === undefined) return { open: false };
  const reply = await commitment.contacts(id, token);
  // a refusal means that the token has expired or belongs to another collaboration
  return reply.kind === 'refusal' ? { open: false } : { open: true, token, contacts: orNull(reply) };
}

async function loadLoans({ gateway }: Services, id: string, token: string | undefined) {
  const reply = await gateway.loans(id, token);
  // with an expired token, the donor sees what everyone sees
  return token !== undefined && reply.kind === 'refusal' ? gateway.loans(id) : reply;
}

async function loadChains({ gateway }: Services, loans: readonly LoanView[]): Promise<Map<string, FundChain>> {
  const relentLoans = loans
    .filter(({ status, relentFrom }) => status === 'repaid' || relentFrom !== null)
    .slice(0, MAX_CHAINS);
  const chains = await Promise.all(
    relentLoans.map(async ({ loanId }) => [loanId, orNull(await gateway.chain(loanId))] as const),
  );
  return new Map(
    chains.flatMap(([loanId, chain]) => (chain !== null && chain.links.length > 1 ? [[loanId, chain]] : [])),
  );
}

/**
 * Loads a collaboration with its loans, trainings, timeline and contacts. Each of these parts may be unavailable.
 * @throws ServiceFailed if the collaboration itself cannot be loaded
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
