import type { Partner } from '@ksbb/contracts';
import { type CallOptions, okBody, type Send } from './api.ts';

/** A contract as a partner sandbox has it. */
export type PartnerContract = {
  partner: Partner;
  reference: string;
  parentContractNo: string | null;
  status: 'pending-signature' | 'signed' | 'declined' | 'disbursed' | 'repaying' | 'completed';
  principalRupiah: number;
  repaidRupiah: number;
  createdAt: string;
  repayments: { instalment: number; sequence: number }[];
};

/** A callback of a partner sandbox, with each attempt to deliver it. */
export type PartnerCallback = {
  deliveryId: string;
  event: string;
  sequence: number;
  copy: number;
  status: 'pending' | 'delivered' | 'exhausted';
  attempts: { status: number | null; tampered: boolean }[];
};

/** A fault that a partner sandbox shows on demand. */
export type PartnerFault = {
  partner: Partner;
  route: 'create-contract' | 'get-contract' | 'events';
  kind: 'status' | 'latency' | 'hang' | 'drip' | 'reset' | 'lost-answer';
  status?: number;
  retryAfterSeconds?: number;
  milliseconds?: number;
  times: number;
};

/** Which instalments the borrower pays, and how the partner calls back about them: in the order of `instalments`. */
export type Repayments = {
  partner: Partner;
  instalments: readonly number[];
  duplicate?: readonly number[];
  tamperFirst?: readonly number[];
  staleFirst?: readonly number[];
  lateMs?: number;
};

type Page<T> = { items: T[]; next: string | null };

/** Entries of one page of a list. */
export const PAGE = 200;

/** Reads a list to its end. */
export async function allPages<T>(read: (cursor: string) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let page = await read('');
  for (;;) {
    all.push(...page.items);
    if (page.next === null) return all;
    page = await read(`&cursor=${encodeURIComponent(page.next)}`);
  }
}

/** The partner sandboxes' interface for tests: what they hold, what they called back, which faults they show. */
export function createSandboxClient(platform: { sandboxUrl: string; sandboxAdminToken: string }, send: Send) {
  const { sandboxUrl } = platform;
  const admin = { token: platform.sandboxAdminToken };
  const request = async (method: string, url: string, options: CallOptions): Promise<any> =>
    okBody(method, url, await send(method, url, options));
  return {
    contracts: (): Promise<PartnerContract[]> =>
      allPages(async (cursor) => {
        const url = `${sandboxUrl}/admin/contracts?limit=${PAGE}${cursor}`;
        const { contracts, nextCursor } = await request('GET', url, admin);
        return { items: contracts, next: nextCursor };
      }),
    callbacks: async (reference: string): Promise<PartnerCallback[]> => {
      const url = `${sandboxUrl}/admin/deliveries?reference=${encodeURIComponent(reference)}`;
      return (await request('GET', url, admin)).deliveries;
    },
    repay: (loanId: string, repayments: Repayments): Promise<unknown> =>
      request('POST', `${sandboxUrl}/admin/repayments`, { ...admin, body: { ...repayments, reference: loanId } }),
    /** Orders faults, which are served in this order. */
    orderFaults: async (faults: readonly PartnerFault[]): Promise<void> => {
      for (const body of faults) await request('POST', `${sandboxUrl}/admin/faults`, { ...admin, body });
    },
    /** Orders faults of any kind, the same for the same seed. */
    orderBadDay: (partner: Partner, seed: number, faults: number): Promise<unknown> =>
      request('POST', `${sandboxUrl}/admin/scenarios`, {
        ...admin,
        body: { scenario: 'bad-day', partner, seed, faults },
      }),
    /** Ends all faults. Answers how many calls they made fail. */
    clearFaults: async (): Promise<number> => {
      const { faults }: { faults: { served: number }[] } = await request('GET', `${sandboxUrl}/admin/faults`, admin);
      await request('DELETE', `${sandboxUrl}/admin/faults`, admin);
      return faults.reduce((sum, { served }) => sum + served, 0);
    },
    setWebhookSecret: (partner: Partner, secret: string): Promise<unknown> =>
      request('PUT', `${sandboxUrl}/admin/webhook-secrets/${partner}`, { ...admin, body: { secret } }),
    receivedWebhooks: async (partner: Partner): Promise<{ webhookId: string; payload: string }[]> =>
      (await request('GET', `${sandboxUrl}/admin/webhooks/${partner}`, admin)).webhooks,
  };
}
