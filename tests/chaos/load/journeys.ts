import { randomUUID } from 'node:crypto';
import type { FundChain, LoanView, Partner } from '@ksbb/contracts';
import { call, eventually, retryUntilAnswered, retryUntilOk, type SeededRandom } from '@ksbb/testkit';
import type { World } from '../../scenario/world.ts';
import type { Chaos } from '../ledger/account.ts';

/** What a donor or officer did to the end, as facts that must be found afterwards, each exactly once. */
export type Done = { collaborationId?: string; loanId?: string; msmeId?: string; needId?: string; facts: string[] };

type Journey = (chaos: Chaos) => Promise<Done>;

/** Longer than any fault of any row, since some steps wait for events. */
const PATIENCE_MS = { long: 240_000, short: 75_000 };
const patience = ({ short }: Chaos) => PATIENCE_MS[short ? 'short' : 'long'];
const LOAN_RUPIAH = 300_000;

/** A loan, and how its partner calls back about the repayments: by instalment, in the order of `instalments`. */
export type LoanPlan = {
  partner: Partner;
  amountRupiah: number;
  instalments: readonly number[];
  duplicate?: readonly number[];
  tamperFirst?: readonly number[];
  staleFirst?: readonly number[];
  lateMs?: number;
};

const donor = { name: 'Donatur Uji', kind: 'person', email: 'uji@contoh.example', anonymous: true };

type Commitment = { collaborationId: string; pin: string; lineId: string; covered: number };

const NOTHING_LEFT = 'urn:ksbb-umkm:problem:nothing-left-to-cover';

/** Commits to one line; undefined where nothing of it is left to give. */
async function tryToCommit(world: World, line: object): Promise<Commitment | undefined> {
  const path = `${world.api('commitment')}/commitments`;
  const { status, body } = await retryUntilAnswered('POST', path, {
    idempotencyKey: randomUUID(),
    body: { donor, consent: true, lines: [line] },
  });
  if (status === 409 && body.type === NOTHING_LEFT) return undefined;
  if (status !== 201) throw new Error(`POST ${path} was answered ${status}: ${JSON.stringify(body)}`);
  const [{ lineId, covered }] = body.lines;
  return { collaborationId: body.collaborationId, pin: body.pin, lineId, covered };
}

async function commit(world: World, line: object): Promise<Commitment> {
  const made = await tryToCommit(world, line);
  if (made === undefined) throw new Error(`nothing is left of ${JSON.stringify(line)}, and nobody else gives`);
  return made;
}

/** Money that is lent on may have come to a need first: then it goes to another. */
async function commitMoney(
  { world, needs, random }: Chaos,
  line: { amountRupiah: number },
): Promise<Commitment & { msmeId: string }> {
  for (;;) {
    const { msmeId, needId } = needs.take('capital', line.amountRupiah, random);
    const made = await tryToCommit(world, { package: 'capital', msmeId, needId, ...line });
    if (made !== undefined) return { ...made, msmeId };
  }
}

const events = (collaborationId: string, names: readonly string[]) => names.map((name) => `${collaborationId} ${name}`);

/** One piece, committed, reported and confirmed by the MSME. */
const giveGoods: Journey = async ({ world, needs, random }) => {
  const { msmeId, needId } = needs.take('goods', 1, random);
  const { collaborationId, pin, lineId } = await commit(world, { package: 'goods', msmeId, needId, quantity: 1 });
  const collaboration = `${world.api('commitment')}/collaborations/${collaborationId}`;
  const { reportId } = await retryUntilOk('POST', `${collaboration}/deliveries`, {
    idempotencyKey: randomUUID(),
    body: { pin, lines: [{ lineId, quantity: 1 }] },
  });
  const { links } = await retryUntilOk('GET', `${collaboration}/msme-links`, { token: world.operatorToken });
  await retryUntilOk('POST', `${collaboration}/receipts`, {
    token: links[0].token,
    body: { reportId, lineId, quantity: 1 },
  });
  const facts = events(collaborationId, [
    'commitment-confirmed',
    'line-delivered',
    'line-receipt-confirmed',
    'commitment-closed',
  ]);
  return { collaborationId, msmeId, needId, facts: [...facts, `${needId} delivered`] };
};

async function sign(signUrl: string): Promise<true | undefined> {
  const form = new URLSearchParams({ decision: 'sign', name: 'Donatur Uji', agree: 'yes' });
  const answer = await fetch(signUrl, {
    method: 'POST',
    body: form,
    redirect: 'manual',
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
  return answer?.status === 303 ? true : undefined;
}

/** A loan, signed, paid out, repaid in full; its money goes on to the next. */
export async function lendAsPlanned(chaos: Chaos, { amountRupiah, instalments, ...plan }: LoanPlan): Promise<Done> {
  const { world } = chaos;
  const line = { amountRupiah, partner: plan.partner, instalments: instalments.length };
  const { collaborationId, pin, lineId: loanId, covered, msmeId } = await commitMoney(chaos, line);

  // Only the donor is shown where to sign.
  const { token } = await retryUntilOk(
    'POST',
    `${world.api('commitment')}/collaborations/${collaborationId}/capability`,
    {
      body: { pin },
    },
  );
  const reach = (status: LoanView['status']) =>
    eventually(
      `loan ${loanId} is ${status}`,
      async () => {
        const answer = await call('GET', `${world.api('fintech-gateway')}/loans/${loanId}`, { token }).catch(
          () => undefined,
        );
        return answer?.status === 200 && (answer.body as LoanView).status === status && (answer.body as LoanView);
      },
      patience(chaos),
    );
  const { signUrl } = await reach('awaiting-signature');
  await eventually(`loan ${loanId} is signed at its page`, () => sign(signUrl as string), patience(chaos));
  await reach('disbursed');
  await retryUntilAnswered('POST', `${world.sandboxUrl}/admin/repayments`, {
    token: world.sandboxAdminToken,
    body: { ...plan, reference: loanId, instalments },
  });
  await reach('repaid');
  const names = [
    'commitment-confirmed',
    'contract-forwarded',
    'contract-signed',
    'loan-disbursed',
    'line-receipt-confirmed',
    'commitment-closed',
    'loan-repaid',
  ];
  const facts = events(collaborationId, [...names, ...instalments.map(() => 'repayment-received')]);
  return { collaborationId, loanId, msmeId, facts: [...facts, `${loanId} lent on: Rp ${covered}`] };
}

/** A loan at either partner, told of in another order than it was repaid. */
export const lend: Journey = (chaos) => {
  const partner = chaos.random.float() < 0.5 ? 'amanah' : 'lumbung';
  return lendAsPlanned(chaos, { partner, amountRupiah: LOAN_RUPIAH, instalments: [2, 1] });
};

/** What of a loan's money is paid out again, in rupiah. */
export async function lentOn(world: World, loanId: string): Promise<number> {
  const { links }: FundChain = await retryUntilOk('GET', `${world.api('fintech-gateway')}/fund/chain/${loanId}`, {});
  return links
    .filter((link) => link.relentFrom === loanId && link.status === 'disbursed')
    .reduce((sum, link) => sum + link.amountRupiah, 0);
}

/** One seat of a training, scheduled, held and reported. */
const teach: Journey = async (chaos) => {
  const { world, needs, random } = chaos;
  const { msmeId, needId } = needs.take('training', 1, random);
  const { collaborationId, pin } = await commit(world, { package: 'training', msmeId, needId, seats: 1 });
  const { token } = await retryUntilOk(
    'POST',
    `${world.api('commitment')}/collaborations/${collaborationId}/capability`,
    {
      body: { pin },
    },
  );
  const training = `${world.api('training')}/trainings/${collaborationId}.${needId.slice(msmeId.length + 1)}`;
  const done = (method: string, path: string, newBody: () => object | undefined = () => undefined) => {
    let body = newBody();
    return eventually(
      `${method} ${path} of ${collaborationId}`,
      async () => {
        // Told again and again: the offer comes by an event, and the session begins this moment.
        const answer = await call(method, `${training}/${path}`, { token, body }).catch(() => undefined);
        // Refused as of the past, since the offer came late. Where no answer came, the same is sent again.
        if (answer?.status === 422) body = newBody();
        return answer !== undefined && answer.status < 300;
      },
      patience(chaos),
    );
  };
  const fromNow = () => ({
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    place: 'Balai Warga',
    trainer: 'Bapak Hadi',
  });
  await done('PUT', 'schedule', fromNow);
  await done('POST', 'attendance', () => ({ msmeId, attended: 1 }));
  await done('POST', 'holding');
  await done('POST', 'report', () => ({ summary: 'Peserta membuat buku kas.' }));
  const names = [
    'commitment-confirmed',
    'training-scheduled',
    'attendance-recorded',
    'training-held',
    'training-reported',
    'line-receipt-confirmed',
    'commitment-closed',
  ];
  return { collaborationId, msmeId, needId, facts: [...events(collaborationId, names), `${needId} delivered`] };
};

/** An officer puts an MSME on the map. */
const register: Journey = async ({ world }) => {
  const { msmeId } = await retryUntilOk('POST', `${world.api('msme-registry')}/msmes`, {
    token: world.operatorToken,
    idempotencyKey: randomUUID(),
    body: {
      name: 'Warung Uji',
      category: 'kuliner',
      profile: { id: 'Warung untuk pengujian.', en: 'A food stall for tests.' },
      location: null,
      kodeKelurahan: '31.71.01.1003',
      needs: [{ package: 'goods', item: 'face-mask', quantity: 7 }],
    },
  });
  return { msmeId, facts: [`${msmeId} on its board: 7`] };
};

/** One that did not come to its end is missing among what is seen. */
export const unfinished = (error: Error): Done => ({ facts: [`a journey to its end, where ${error.message}`] });

/** Mostly goods, as the quickest; enough of the others that every service has work. */
export function pickJourney(random: SeededRandom): Journey {
  const drawn = random.float();
  if (drawn < 0.6) return giveGoods;
  if (drawn < 0.75) return teach;
  if (drawn < 0.9) return register;
  return lend;
}
