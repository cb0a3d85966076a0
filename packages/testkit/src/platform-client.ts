import { randomUUID } from 'node:crypto';
import type {
  Board,
  CollaborationView,
  FundChain,
  LoanView,
  MakeCommitmentAnswer,
  MakeCommitmentRequest,
  MsmeDetail,
  MsmeRegistration,
  MsmeSummary,
  Partner,
  Portfolio,
  Timeline,
  Totals,
} from '@ksbb/contracts';
import { type Answer, call, type CallOptions, okBody, type Send } from './api.ts';
import { eventually } from './eventually.ts';
import { allPages, createSandboxClient, PAGE } from './sandbox-client.ts';

/** Where a platform is reached from outside, and the tokens of those who run it. */
export type PlatformAddress = {
  portalUrl: string;
  sandboxUrl: string;
  operatorToken: string;
  sandboxAdminToken: string;
};

type EdgeService = 'msme-registry' | 'commitment' | 'fintech-gateway' | 'training' | 'reporting' | 'fintech-sandbox';
type GoodsReceipt = { reportId: string; lineId: string; quantity: number; note?: string };
type TrialBalance = { accounts: { account: string; balanceRupiah: number }[]; balanced: boolean };

/** What an officer sees of a partner. */
type PartnerState = {
  partner: Partner;
  contractsWaiting: number;
  breakers: { operation: string; state: 'closed' | 'half-open' | 'open' }[];
};

/** Whether a commitment was refused since its needs are covered already. */
export const isNothingLeft = ({ status, body }: Answer) =>
  status === 409 && body.type === 'urn:ksbb-umkm:problem:nothing-left-to-cover';

const BOARDS_AT_ONCE = 100;

export const dayInJakarta = (at: number) => new Date(at + 7 * 3_600_000).toISOString().slice(0, 10);

/** The HTTP interfaces of a platform as people and partners use them, all but the sandboxes' through the portal. */
export function createPlatformClient(platform: PlatformAddress, send: Send = call) {
  const { portalUrl, operatorToken } = platform;
  const api = (service: EdgeService) => `${portalUrl}/api/${service}`;
  const collaborationUrl = (id: string) => `${api('commitment')}/collaborations/${id}`;

  async function request(method: string, url: string, options: CallOptions = {}): Promise<any> {
    return okBody(method, url, await send(method, url, options));
  }
  const get = (url: string, token?: string) => request('GET', url, token === undefined ? {} : { token });
  /** Creates something: the key stays the same however often the request is sent. */
  const create = (url: string, options: CallOptions) =>
    request('POST', url, { idempotencyKey: randomUUID(), ...options });
  const postCommitment = (body: MakeCommitmentRequest): Promise<Answer> =>
    send('POST', `${api('commitment')}/commitments`, { idempotencyKey: randomUUID(), body });

  return {
    api,
    operatorToken,
    collaborationUrl,
    trainingUrl: (collaborationId: string, topic: string) => `${api('training')}/trainings/${collaborationId}.${topic}`,
    get,
    request,
    create,

    msme: (msmeId: string): Promise<MsmeDetail> => get(`${api('msme-registry')}/msmes/${msmeId}`),
    registerMsme: (body: MsmeRegistration): Promise<{ msmeId: string }> =>
      create(`${api('msme-registry')}/msmes`, { token: operatorToken, body }),
    allMsmes: (): Promise<MsmeSummary[]> =>
      allPages(async (cursor) => {
        const { items, nextCursor } = await get(`${api('msme-registry')}/msmes?limit=${PAGE}${cursor}`);
        return { items, next: nextCursor };
      }),
    /** The boards of these MSMEs, those that the needs board knows. */
    boards: async (msmeIds: readonly string[]): Promise<Board[]> => {
      const boards: Board[] = [];
      for (let at = 0; at < msmeIds.length; at += BOARDS_AT_ONCE) {
        const ids = msmeIds.slice(at, at + BOARDS_AT_ONCE).join(',');
        boards.push(...(await get(`${api('commitment')}/boards?msmeIds=${ids}`)).items);
      }
      return boards;
    },

    postCommitment,
    /** Makes a commitment; undefined where nothing is left of what it asks for. */
    commit: async (body: MakeCommitmentRequest): Promise<MakeCommitmentAnswer | undefined> => {
      const answer = await postCommitment(body);
      if (isNothingLeft(answer)) return undefined;
      return okBody('POST', 'commitments', answer);
    },
    collaboration: (id: string): Promise<CollaborationView> => get(collaborationUrl(id)),
    /** Exchanges the PIN for the token with which the donor signs and schedules. */
    capability: async (id: string, pin: string): Promise<string> =>
      (await request('POST', `${collaborationUrl(id)}/capability`, { body: { pin } })).token,
    reportDelivery: (
      id: string,
      pin: string,
      line: { lineId: string; quantity: number },
    ): Promise<{ reportId: string }> => create(`${collaborationUrl(id)}/deliveries`, { body: { pin, lines: [line] } }),
    /** The links that an officer gives to the MSMEs of a collaboration. */
    msmeLinks: async (id: string): Promise<{ msmeId: string; token: string }[]> =>
      (await get(`${collaborationUrl(id)}/msme-links`, operatorToken)).links,
    confirmReceipt: (id: string, token: string, body: GoodsReceipt): Promise<{ difference: number }> =>
      request('POST', `${collaborationUrl(id)}/receipts`, { token, body }),

    /** Resolves with the loan once it has `status`, for as long as nobody moves it on. */
    loanInStatus: (loanId: string, status: LoanView['status'], token: string, withinMs?: number): Promise<LoanView> =>
      eventually(
        `loan ${loanId} is ${status}`,
        async () => {
          // The gateway does not know the loan until it has heard of the commitment.
          const url = `${api('fintech-gateway')}/loans/${encodeURIComponent(loanId)}`;
          const answer = await call('GET', url, { token }).catch(() => undefined);
          const loan: LoanView | undefined = answer?.status === 200 ? answer.body : undefined;
          return loan?.status === status && loan;
        },
        withinMs,
      ),
    /** Signs an e-contract by the form of the partner's page. */
    signContract: async (signUrl: string, name: string): Promise<void> => {
      const form = new URLSearchParams({ decision: 'sign', name, agree: 'yes' });
      const { status } = await send('POST', signUrl, { form });
      if (status !== 303) throw new Error(`signing at ${signUrl} was answered ${status}`);
    },
    fundChain: (loanId: string): Promise<FundChain> =>
      get(`${api('fintech-gateway')}/fund/chain/${encodeURIComponent(loanId)}`),
    trialBalance: (): Promise<TrialBalance> => get(`${api('fintech-gateway')}/fund/trial-balance`),
    reconcile: (partner: Partner, day: string): Promise<{ ours: number; theirs: number; differences: object[] }> =>
      request('POST', `${api('fintech-gateway')}/fund/reconciliations/${partner}/${day}`, { token: operatorToken }),
    partner: async (partner: Partner): Promise<PartnerState> => {
      const { items }: { items: PartnerState[] } = await get(`${api('fintech-gateway')}/partners`, operatorToken);
      const found = items.find((one) => one.partner === partner);
      if (found === undefined) throw new Error(`the gateway does not know the partner ${partner}`);
      return found;
    },

    totals: (): Promise<Totals> => get(`${api('reporting')}/totals`),
    /**
     * The names of the events of a collaboration in reporting's timeline; none where it does not know the
     * collaboration.
     */
    timeline: async (id: string): Promise<string[]> => {
      const { status, body } = await send('GET', `${api('reporting')}/collaborations/${id}/timeline`);
      return status === 200 ? (body as Timeline).entries.map(({ event }) => event) : [];
    },
    portfolio: (): Promise<Portfolio['items']> =>
      allPages(async (cursor) => {
        const { items, nextCursor }: Portfolio = await get(`${api('reporting')}/loans?limit=${PAGE}${cursor}`);
        return { items, next: nextCursor };
      }),

    sandbox: createSandboxClient(platform, send),
  };
}

export type PlatformClient = ReturnType<typeof createPlatformClient>;
