import { randomUUID } from 'node:crypto';
import type { LineOutcome, MakeCommitmentAnswer, MakeCommitmentRequest, Msme } from '@ksbb/contracts';
import { call } from '../api.ts';
import { eventually } from '../eventually.ts';
import type { Part } from './environment.ts';
import { type Chosen, needOf } from './load-and-choose.ts';

export const INSTALMENTS = 3;
/** Masks that the first donor leaves for the second. */
const MASKS_LEFT = 5;
/** More calls than are made before the fault ends: the breaker stays open, or opens again after each probe. */
const FAILING_CALLS = 1_000;

type Quantity = { lineId: string; quantity: number };
export type Loan = { partner: 'amanah' | 'lumbung'; loanId: string; amountRupiah: number };

/** What the donor has committed to, and what the second donor got of the same need. */
export type Commitment = {
  collaborationId: string;
  pin: string;
  goods: Msme;
  masks: Quantity;
  stations: Quantity;
  amanah: Loan;
  lumbung: Loan;
  training: { lineId: string; seats: number; topic: string; msme: Msme };
  masksOfSecondDonor: number;
};

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the chosen MSME lacks the need that it was chosen for');
  return value;
}

const donor = (name: string): Pick<MakeCommitmentRequest, 'donor' | 'consent'> => ({
  donor: { name, kind: 'company', email: 'donatur@contoh.example', anonymous: false },
  consent: true,
});

/** The needs of the three MSMEs that the scenario is about. */
function needsOf({ goods, amanah, lumbung }: Chosen) {
  return {
    masks: must(needOf(goods, 'goods', 'face-mask')),
    stations: must(needOf(goods, 'goods', 'hand-washing-station')),
    amanah: must(needOf(amanah, 'capital')),
    lumbung: must(needOf(lumbung, 'capital')),
    training: must(
      amanah.needs.flatMap((need) => (need.package === 'training' && need.skill === 'hard' ? need : []))[0],
    ),
  };
}

type Needs = ReturnType<typeof needsOf>;

function linesFor(chosen: Chosen, needs: Needs): MakeCommitmentRequest['lines'] {
  const loan = (partner: 'amanah' | 'lumbung') => ({
    package: 'capital' as const,
    msmeId: chosen[partner].msmeId,
    needId: needs[partner].needId,
    amountRupiah: needs[partner].amountRupiah,
    partner,
    instalments: INSTALMENTS,
  });
  const { masks, stations, training } = needs;
  const { msmeId } = chosen.goods;
  return [
    { package: 'goods', msmeId, needId: masks.needId, quantity: masks.quantity - MASKS_LEFT },
    { package: 'goods', msmeId, needId: stations.needId, quantity: stations.quantity },
    loan('amanah'),
    loan('lumbung'),
    { package: 'training', msmeId: chosen.amanah.msmeId, needId: training.needId, seats: training.seats },
  ];
}

async function seeBreakerOpen({ client, say, checks }: Part): Promise<void> {
  const amanah = await eventually("amanah's circuit breaker opens", async () => {
    const found = await client.partner('amanah');
    return found.breakers.some(({ state }) => state === 'open') && found;
  });
  say(`amanah answers 503; its circuit breaker opens, and ${amanah.contractsWaiting} contract waits`);
  checks.equal("Contracts that wait behind amanah's open breaker", 1, amanah.contractsWaiting);
  await client.sandbox.clearFaults();
}

/** A second donor asks for more masks than are left, and for a station where none is left. */
async function commitToTheRest({ client, say, checks }: Part, { goods }: Chosen, { masks, stations }: Needs) {
  const asked = MASKS_LEFT + 20;
  const answer = await client.commit({
    ...donor('Ibu Ratna'),
    lines: [
      { package: 'goods', msmeId: goods.msmeId, needId: masks.needId, quantity: asked },
      { package: 'goods', msmeId: goods.msmeId, needId: stations.needId, quantity: 1 },
    ],
  });
  const covered = answer?.lines.map((line: LineOutcome) => [line.covered, line.shortfallReason]);
  say(
    `a second donor asks for ${asked} masks and gets the ${covered?.[0]?.[0]} that are left; ` +
      'the stations are covered already',
  );
  const expected = [
    [MASKS_LEFT, 'already-covered'],
    [0, 'already-covered'],
  ];
  checks.equal('The second donor is told what is covered', expected, covered);
}

export async function commit(part: Part, chosen: Chosen): Promise<Commitment> {
  const { client, say, checks } = part;
  await client.sandbox.orderFaults([
    { partner: 'amanah', route: 'create-contract', kind: 'status', status: 503, times: FAILING_CALLS },
  ]);
  const needs = needsOf(chosen);
  const commitments = `${client.api('commitment')}/commitments`;
  const request = {
    body: { ...donor('PT Sumber Berkah'), lines: linesFor(chosen, needs) },
    idempotencyKey: randomUUID(),
  };
  const answer: MakeCommitmentAnswer = await client.create(commitments, request);
  const { collaborationId, pin, lines } = answer;
  say(`collaboration ID ${collaborationId}, PIN ${pin}`);
  checks.equal('Lines covered in full', 5, lines.filter((line) => line.covered === line.requested).length);
  await seeBreakerOpen(part);
  checks.equal('The same request again is the same commitment', answer, await client.create(commitments, request));

  const unknown = await call('POST', commitments, {
    body: { ...request.body, colour: 'red' },
    idempotencyKey: randomUUID(),
  });
  const refusal = [unknown.status, unknown.body.errors?.[0]?.pointer];
  checks.equal('An unknown field is refused and named', [400, '/colour'], refusal);
  await commitToTheRest(part, chosen, needs);

  const { masks, stations, amanah, lumbung, training } = needs;
  const lineId = (at: number): string => must(lines[at]?.lineId ?? undefined);
  return {
    collaborationId,
    pin,
    goods: chosen.goods,
    masks: { lineId: lineId(0), quantity: masks.quantity - MASKS_LEFT },
    stations: { lineId: lineId(1), quantity: stations.quantity },
    amanah: { partner: 'amanah', loanId: lineId(2), amountRupiah: amanah.amountRupiah },
    lumbung: { partner: 'lumbung', loanId: lineId(3), amountRupiah: lumbung.amountRupiah },
    training: { lineId: lineId(4), seats: training.seats, topic: training.topic, msme: chosen.amanah },
    masksOfSecondDonor: MASKS_LEFT,
  };
}
