import type { Partner } from '@ksbb/contracts';
import { retryUntilOk } from '@ksbb/testkit';
import type { ChaosWorld } from './chaos-world.ts';

/** A fault that the partner sandboxes show on demand. */
export type PartnerFault = {
  partner: Partner;
  route: 'create-contract' | 'get-contract' | 'events';
  kind: 'status' | 'latency' | 'hang' | 'drip' | 'reset' | 'lost-answer';
  status?: number;
  retryAfterSeconds?: number;
  milliseconds?: number;
  times: number;
};

export type PartnerFaults = {
  order: (faults: readonly PartnerFault[]) => Promise<void>;
  /** Faults of any kind, the same for the same seed. */
  orderBadDay: (partner: Partner, seed: number, count: number) => Promise<void>;
  /** Ends them all. */
  clear: () => Promise<void>;
  /** How many calls went wrong by those that were cleared. */
  served: () => number;
};

type Kept = { served: number };

/** What the sandboxes have called back about a contract: one entry for each sending, with its attempts. */
export type Delivery = {
  deliveryId: string;
  sequence: number;
  copy: number;
  status: 'pending' | 'delivered' | 'exhausted';
  attempts: { status: number | null; tampered: boolean }[];
};

export async function deliveriesAbout(
  { sandboxUrl, sandboxAdminToken: token }: ChaosWorld,
  reference: string,
): Promise<Delivery[]> {
  const { deliveries } = await retryUntilOk(
    'GET',
    `${sandboxUrl}/admin/deliveries?reference=${encodeURIComponent(reference)}`,
    { token },
  );
  return deliveries;
}

/** The faults of the partner sandboxes, by their admin routes. */
export function partnerFaults({ sandboxUrl, sandboxAdminToken: token }: ChaosWorld): PartnerFaults {
  let served = 0;
  const kept = async (): Promise<Kept[]> => (await retryUntilOk('GET', `${sandboxUrl}/admin/faults`, { token })).faults;
  return {
    order: async (faults) => {
      // One after the other: they are served in the order in which they came.
      for (const fault of faults) await retryUntilOk('POST', `${sandboxUrl}/admin/faults`, { token, body: fault });
    },
    orderBadDay: async (partner, seed, count) => {
      await retryUntilOk('POST', `${sandboxUrl}/admin/scenarios`, {
        token,
        body: { scenario: 'bad-day', partner, seed, faults: count },
      });
    },
    clear: async () => {
      served += (await kept()).reduce((sum, fault) => sum + fault.served, 0);
      await retryUntilOk('DELETE', `${sandboxUrl}/admin/faults`, { token });
    },
    served: () => served,
  };
}
