import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { expectOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';

export type PartnerName = 'amanah' | 'lumbung';

/** A partner's endpoint for webhooks, and the token by which the partner asks for it. */
export type Told = { partner: PartnerName; endpointId: string; token: string };

type Received = { webhookId: string; payload: string };

const EVENT_TYPES = [
  'contract-forwarded',
  'contract-signed',
  'loan-disbursed',
  'repayment-received',
  'loan-repaid',
  'fund-relent',
];

async function subscribe(world: Stage, partner: PartnerName): Promise<Told> {
  const gateway = world.api('fintech-gateway');
  const { token } = await expectOk('POST', `${gateway}/partner-credentials`, {
    token: world.operatorToken,
    idempotencyKey: randomUUID(),
    body: {
      partner,
      label: 'demo',
      scopes: ['endpoints:read', 'endpoints:write', 'deliveries:read', 'deliveries:replay'],
    },
  });
  const { endpointId, secret } = await expectOk('POST', `${gateway}/partner/v1/endpoints`, {
    token,
    idempotencyKey: randomUUID(),
    body: { url: `${world.sandboxUrlOfGateway}/webhooks/${partner}`, eventTypes: EVENT_TYPES },
  });
  await expectOk('PUT', `${world.sandboxUrl}/admin/webhook-secrets/${partner}`, {
    token: world.sandboxAdminToken,
    body: { secret },
  });
  return { partner, endpointId, token };
}

/** Each partner gets a credential, makes an endpoint by it, and has its secret. */
export async function subscribePartners(world: Stage, { say }: Telling): Promise<Told[]> {
  const told = [await subscribe(world, 'amanah'), await subscribe(world, 'lumbung')];
  say('both partners have an endpoint for webhooks, and the secret that these are signed with');
  return told;
}

async function receivedBy(world: Stage, partner: PartnerName): Promise<Received[]> {
  return (await expectOk('GET', `${world.sandboxUrl}/admin/webhooks/${partner}`, { token: world.sandboxAdminToken }))
    .webhooks;
}

/** How often each type came about a loan, each message counted once, whatever its repeats. */
async function typesAbout(world: Stage, partner: PartnerName, loanId: string): Promise<Record<string, number>> {
  const types = (await receivedBy(world, partner))
    .map(({ payload }) => JSON.parse(payload) as { type: string; data: { loanId?: string } })
    .flatMap(({ type, data }) => (data.loanId === loanId ? [type] : []));
  return Object.fromEntries(
    EVENT_TYPES.map((type) => [type, types.filter((one) => one === type).length]).filter(([, count]) => count !== 0),
  );
}

/** What a partner was told of a loan that is repaid in `instalments`: all of it, verified by the receiver, and all logged as delivered. */
export async function checkWebhooks(
  world: Stage,
  { say, checks }: Telling,
  told: Told[],
  lineIds: Record<PartnerName, string>,
  instalments: number,
): Promise<void> {
  const expected = {
    'contract-forwarded': 1,
    'contract-signed': 1,
    'loan-disbursed': 1,
    'repayment-received': instalments,
    'loan-repaid': 1,
  };
  for (const { partner, endpointId, token } of told) {
    const read = () => typesAbout(world, partner, lineIds[partner]);
    await eventually(`${partner} is told of everything`, async () => isDeepStrictEqual(await read(), expected)).catch(
      () => undefined,
    );
    checks.equal(`${partner}: webhooks about the loan, each verified`, expected, await read());
    const log = `${world.api('fintech-gateway')}/partner/v1/endpoints/${endpointId}/deliveries?limit=100`;
    const open = async () =>
      (await expectOk('GET', log, { token })).items.filter(({ state }: { state: string }) => state !== 'delivered')
        .length;
    await eventually(`${partner}'s delivery log is settled`, async () => (await open()) === 0).catch(() => undefined);
    checks.equal(`${partner}: webhooks not delivered`, 0, await open());
  }
  say('both partners were told of every step, and the receiver has verified each message');
}
