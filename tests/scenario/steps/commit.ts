import { randomUUID } from 'node:crypto';
import type { LineOutcome, MakeCommitmentRequest } from '@ksbb/contracts';
import { call, expectOk, eventually } from '@ksbb/testkit';
import type { Stage, Telling } from '../story.ts';
import { needOf, type Places } from './load-msmes.ts';

export const INSTALMENTS = 3;
/** Masks that the first donor leaves for the second. */
const MASKS_LEFT = 5;
/** More calls than the breaker bears: it opens, and its probe succeeds once they are used up. */
const FAILING_CALLS = 3;

export type Promised = {
  collaborationId: string;
  pin: string;
  places: Places;
  masks: { lineId: string; quantity: number };
  stations: { lineId: string; quantity: number };
  amanah: { lineId: string; amountRupiah: number };
  lumbung: { lineId: string; amountRupiah: number };
  training: { lineId: string; seats: number; topic: string; msmeId: string };
  second: { collaborationId: string; masks: number };
};

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the picked MSME lacks the need that it was picked for');
  return value;
}

const donor = (name: string): Pick<MakeCommitmentRequest, 'donor' | 'consent'> => ({
  donor: { name, kind: 'company', email: 'donatur@contoh.example', anonymous: false },
  consent: true,
});

async function seeBreakerOpen(world: Stage, { say, checks }: Telling): Promise<void> {
  const amanah = await eventually("amanah's circuit breaker opens", async () => {
    const { items } = await expectOk('GET', `${world.api('fintech-gateway')}/partners`, { token: world.operatorToken });
    const found = items.find((one: { partner: string }) => one.partner === 'amanah');
    return found.breakers.some((one: { state: string }) => one.state === 'open') && found;
  });
  say(`amanah answers 503; its circuit breaker opens, and ${amanah.contractsWaiting} contract waits`);
  checks.equal("Contracts that wait behind amanah's open breaker", 1, amanah.contractsWaiting);
}

export async function commit(world: Stage, telling: Telling, places: Places): Promise<Promised> {
  const { say, checks } = telling;
  const commitments = `${world.api('commitment')}/commitments`;
  await expectOk('POST', `${world.sandboxUrl}/admin/faults`, {
    token: world.sandboxAdminToken,
    body: { partner: 'amanah', route: 'create-contract', kind: 'status', status: 503, times: FAILING_CALLS },
  });

  const masks = must(needOf(places.goods, 'goods', 'face-mask'));
  const stations = must(needOf(places.goods, 'goods', 'hand-washing-station'));
  const amanah = must(needOf(places.amanah, 'capital'));
  const lumbung = must(needOf(places.lumbung, 'capital'));
  const training = must(places.amanah.needs.find((need) => need.package === 'training' && need.skill === 'hard'));
  if (training.package !== 'training') throw new Error('the training need is none');

  const lines: MakeCommitmentRequest['lines'] = [
    { package: 'goods', msmeId: places.goods.msmeId, needId: masks.needId, quantity: masks.quantity - MASKS_LEFT },
    { package: 'goods', msmeId: places.goods.msmeId, needId: stations.needId, quantity: stations.quantity },
    {
      package: 'capital',
      msmeId: places.amanah.msmeId,
      needId: amanah.needId,
      amountRupiah: amanah.amountRupiah,
      partner: 'amanah',
      instalments: INSTALMENTS,
    },
    {
      package: 'capital',
      msmeId: places.lumbung.msmeId,
      needId: lumbung.needId,
      amountRupiah: lumbung.amountRupiah,
      partner: 'lumbung',
      instalments: INSTALMENTS,
    },
    { package: 'training', msmeId: places.amanah.msmeId, needId: training.needId, seats: training.seats },
  ];
  const request = { body: { ...donor('PT Sumber Berkah'), lines }, idempotencyKey: randomUUID() };
  const answer = await expectOk('POST', commitments, request);
  say(`collaboration ID ${answer.collaborationId}, PIN ${answer.pin}`);
  checks.equal(
    'Lines covered in full',
    5,
    answer.lines.filter((line: LineOutcome) => line.covered === line.requested).length,
  );
  await seeBreakerOpen(world, telling);
  checks.equal('The same request again is the same commitment', answer, await expectOk('POST', commitments, request));

  const unknown = await call('POST', commitments, {
    body: { ...request.body, colour: 'red' },
    idempotencyKey: randomUUID(),
  });
  checks.equal(
    'An unknown field is refused and named',
    [400, '/colour'],
    [unknown.status, unknown.body.errors?.[0]?.pointer],
  );

  const second = await expectOk('POST', commitments, {
    idempotencyKey: randomUUID(),
    body: {
      ...donor('Ibu Ratna'),
      lines: [
        { package: 'goods', msmeId: places.goods.msmeId, needId: masks.needId, quantity: MASKS_LEFT + 20 },
        { package: 'goods', msmeId: places.goods.msmeId, needId: stations.needId, quantity: 1 },
      ],
    },
  });
  const told = second.lines.map(({ covered, shortfallReason }: LineOutcome) => [covered, shortfallReason]);
  say(
    `a second donor asks for ${MASKS_LEFT + 20} masks and gets the ${told[0][0]} that are left; the stations are covered already`,
  );
  checks.equal(
    'The second donor is told what is covered',
    [
      [MASKS_LEFT, 'already-covered'],
      [0, 'already-covered'],
    ],
    told,
  );

  const lineId = (at: number): string => answer.lines[at].lineId;
  return {
    collaborationId: answer.collaborationId,
    pin: answer.pin,
    places,
    masks: { lineId: lineId(0), quantity: masks.quantity - MASKS_LEFT },
    stations: { lineId: lineId(1), quantity: stations.quantity },
    amanah: { lineId: lineId(2), amountRupiah: amanah.amountRupiah },
    lumbung: { lineId: lineId(3), amountRupiah: lumbung.amountRupiah },
    training: { lineId: lineId(4), seats: training.seats, topic: training.topic, msmeId: places.amanah.msmeId },
    second: { collaborationId: second.collaborationId, masks: MASKS_LEFT },
  };
}
