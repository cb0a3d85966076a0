import { call } from '../api.ts';
import { dayInJakarta } from '../platform-client.ts';
import type { Part } from './environment.ts';

const PARTNERS = ['amanah', 'lumbung'] as const;
type PartnerName = (typeof PARTNERS)[number];

/** A partner's endpoint for webhooks, and the token by which the partner asks for it. */
export type SubscribedPartner = { partner: PartnerName; endpointId: string; token: string };

const EVENT_TYPES = [
  'contract-forwarded',
  'contract-signed',
  'loan-disbursed',
  'repayment-received',
  'loan-repaid',
  'fund-relent',
];

async function subscribe({ environment, client }: Part, partner: PartnerName): Promise<SubscribedPartner> {
  const gateway = client.api('fintech-gateway');
  const scopes = ['endpoints:read', 'endpoints:write', 'deliveries:read', 'deliveries:replay'];
  const { token } = await client.create(`${gateway}/partner-credentials`, {
    token: client.operatorToken,
    body: { partner, label: 'demo', scopes },
  });
  const { endpointId, secret } = await client.create(`${gateway}/partner/v1/endpoints`, {
    token,
    body: { url: `${environment.sandboxUrlOfGateway}/webhooks/${partner}`, eventTypes: EVENT_TYPES },
  });
  await client.sandbox.setWebhookSecret(partner, secret);
  return { partner, endpointId, token };
}

/** Gives each partner a credential; the partner adds an endpoint with it and gets the secret of the endpoint. */
export async function subscribePartners(part: Part): Promise<SubscribedPartner[]> {
  const subscribed = [await subscribe(part, 'amanah'), await subscribe(part, 'lumbung')];
  part.say('both partners have an endpoint for webhooks, and the secret that these are signed with');
  return subscribed;
}

/** How often each type came about a loan. Each message is counted once, however often it was delivered. */
async function typesAbout({ client }: Part, partner: PartnerName, loanId: string): Promise<Record<string, number>> {
  const types = (await client.sandbox.receivedWebhooks(partner))
    .map(({ payload }) => JSON.parse(payload) as { type: string; data: { loanId?: string } })
    .flatMap(({ type, data }) => (data.loanId === loanId ? [type] : []));
  return Object.fromEntries(
    EVENT_TYPES.map((type) => [type, types.filter((one) => one === type).length]).filter(([, count]) => count !== 0),
  );
}

/** Each partner has received every step of its loan, verified the signatures, and every delivery is in the log. */
export async function checkWebhooks(
  part: Part,
  subscribed: SubscribedPartner[],
  loanIds: Record<PartnerName, string>,
  instalments: number,
): Promise<void> {
  const { client, say, checks } = part;
  const expected = {
    'contract-forwarded': 1,
    'contract-signed': 1,
    'loan-disbursed': 1,
    'repayment-received': instalments,
    'loan-repaid': 1,
  };
  for (const { partner, endpointId, token } of subscribed) {
    const types = () => typesAbout(part, partner, loanIds[partner]);
    await checks.reaches(`${partner}: webhooks about the loan, each verified`, expected, types);
    const log = `${client.api('fintech-gateway')}/partner/v1/endpoints/${endpointId}/deliveries?limit=100`;
    const notDelivered = async () => {
      const { items }: { items: { state: string }[] } = await client.get(log, token);
      return items.filter(({ state }) => state !== 'delivered').length;
    };
    await checks.reaches(`${partner}: webhooks not delivered`, 0, notDelivered);
  }
  say('both partners were notified of every step, and the receiver has verified each message');
}

/**
 * The fund's ledger and each partner's statement agree, of the day of the scenario, or of both days where midnight
 * came.
 */
export async function reconcile({ client, say, checks }: Part, startedAt: number): Promise<void> {
  const days = [...new Set([dayInJakarta(startedAt), dayInJakarta(Date.now())])];
  for (const partner of PARTNERS) {
    const movements = new Map<string, number>();
    for (const day of days) {
      const compare = async () => {
        const { ours, theirs, differences } = await client.reconcile(partner, day);
        movements.set(day, theirs);
        return { missing: theirs - ours, differences };
      };
      const agree = { missing: 0, differences: [] };
      await checks.reaches(`${partner}: our books and its statement of ${day}`, agree, compare);
      if (day !== dayInJakarta(Date.now())) continue;
      const url = `${client.api('fintech-gateway')}/fund/reconciliations/${partner}/${day}/close`;
      const close = await call('POST', url, { token: client.operatorToken });
      checks.equal(`${partner}: a day that is not over is not closed`, 409, close.status);
    }
    const sum = [...movements.values()].reduce((total, one) => total + one, 0);
    say(`${partner}: ${sum} movements, the same in our books and in its statement`);
  }
}
