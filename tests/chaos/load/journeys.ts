import type { MakeCommitmentRequest, RequestedLine } from '@ksbb/contracts';
import { call, eventually, type PlatformClient, type Repayments, type SeededRandom } from '@ksbb/testkit';
import type { ScenarioContext } from './context.ts';

/** What a donor or officer has done, as facts that must be found afterwards, each exactly once. */
export type Done = { collaborationId?: string; loanId?: string; msmeId?: string; needId?: string; facts: string[] };

type Journey = (context: ScenarioContext) => Promise<Done>;

/** Longer than any fault of any scenario, since some steps wait for events. */
const WITHIN_MS = { long: 240_000, short: 75_000 };
const LOAN_RUPIAH = 300_000;

/** A loan, and how its partner calls back about the repayments. */
export type LoanPlan = Repayments & { amountRupiah: number };

export const requestFor = (line: RequestedLine): MakeCommitmentRequest => ({
  donor: { name: 'Donatur Uji', kind: 'person', email: 'uji@contoh.example', anonymous: true },
  consent: true,
  lines: [line],
});

type Line = RequestedLine extends infer L ? (L extends unknown ? Omit<L, 'msmeId' | 'needId'> : never) : never;

/** Takes `amount` off a need and commits to it. Relent money may cover it first: then the next need is taken. */
async function commit({ environment: { client }, needs, random }: ScenarioContext, amount: number, line: Line) {
  for (;;) {
    const { msmeId, needId } = needs.take(line.package, amount, random);
    const made = await client.commit(requestFor({ ...line, msmeId, needId } as RequestedLine));
    const covered = made?.lines[0];
    if (made !== undefined && covered !== undefined)
      return { ...made, msmeId, needId, lineId: covered.lineId ?? 'none', covered: covered.covered };
    if (line.package !== 'capital') throw new Error(`nothing is left of ${needId}, and nobody else gives`);
  }
}

const events = (collaborationId: string, names: readonly string[]) => names.map((name) => `${collaborationId} ${name}`);

/** One piece, committed, reported and confirmed by the MSME. */
const giveGoods: Journey = async (context) => {
  const { client } = context.environment;
  const made = await commit(context, 1, { package: 'goods', quantity: 1 });
  const { collaborationId, pin, lineId, msmeId, needId } = made;
  const { reportId } = await client.reportDelivery(collaborationId, pin, { lineId, quantity: 1 });
  const [link] = await client.msmeLinks(collaborationId);
  await client.confirmReceipt(collaborationId, link?.token ?? '', { reportId, lineId, quantity: 1 });
  const names = ['commitment-confirmed', 'line-delivered', 'line-receipt-confirmed', 'commitment-closed'];
  return { collaborationId, msmeId, needId, facts: [...events(collaborationId, names), `${needId} delivered`] };
};

/** A loan, signed, paid out and repaid in full; its money is relent. */
export async function lendAsPlanned(context: ScenarioContext, plan: LoanPlan): Promise<Done> {
  const { client } = context.environment;
  const { amountRupiah, ...repayments } = plan;
  const { partner, instalments } = plan;
  const line: Line = { package: 'capital', amountRupiah, partner, instalments: instalments.length };
  const { collaborationId, pin, lineId: loanId, covered, msmeId } = await commit(context, amountRupiah, line);

  // Only the donor is shown where to sign.
  const token = await client.capability(collaborationId, pin);
  const withinMs = WITHIN_MS[context.length];
  const { signUrl } = await client.loanInStatus(loanId, 'awaiting-signature', token, withinMs);
  await client.signContract(signUrl ?? 'none', 'Donatur Uji');
  await client.loanInStatus(loanId, 'disbursed', token, withinMs);
  await client.sandbox.repay(loanId, repayments);
  await client.loanInStatus(loanId, 'repaid', token, withinMs);
  const names = [
    'commitment-confirmed',
    'contract-forwarded',
    'contract-signed',
    'loan-disbursed',
    'line-receipt-confirmed',
    'commitment-closed',
    'loan-repaid',
    ...instalments.map(() => 'repayment-received'),
  ];
  const facts = [...events(collaborationId, names), `${loanId} relent: Rp ${covered}`];
  return { collaborationId, loanId, msmeId, facts };
}

/** A loan at either partner, which calls back about the repayments in another order than they were made. */
export const lend: Journey = (context) => {
  const partner = context.random.float() < 0.5 ? 'amanah' : 'lumbung';
  return lendAsPlanned(context, { partner, amountRupiah: LOAN_RUPIAH, instalments: [2, 1] });
};

/** What of a loan's money is paid out again, in rupiah. */
export async function relentRupiah(client: PlatformClient, loanId: string): Promise<number> {
  const { links } = await client.fundChain(loanId);
  return links
    .filter((link) => link.relentFrom === loanId && link.status === 'disbursed')
    .reduce((sum, link) => sum + link.amountRupiah, 0);
}

/** One seat of a training, scheduled, held and reported. */
const teach: Journey = async (context) => {
  const { client } = context.environment;
  const { collaborationId, pin, msmeId, needId } = await commit(context, 1, { package: 'training', seats: 1 });
  const token = await client.capability(collaborationId, pin);
  const training = client.trainingUrl(collaborationId, needId.slice(msmeId.length + 1));
  const step = (method: string, path: string, newBody: () => object | undefined = () => undefined) => {
    let body = newBody();
    const isDone = async () => {
      // Sent again and again: the training service hears of the offer by an event, and the session begins this moment.
      const answer = await call(method, `${training}/${path}`, { token, body }).catch(() => undefined);
      // Refused as of the past, since the event came late. Where there was no answer, the same body is sent again.
      if (answer?.status === 422) body = newBody();
      return answer !== undefined && answer.status < 300;
    };
    return eventually(`${method} ${path} of ${collaborationId}`, isDone, WITHIN_MS[context.length]);
  };
  await step('PUT', 'schedule', () => ({
    startsAt: new Date().toISOString(),
    endsAt: new Date(Date.now() + 3_600_000).toISOString(),
    place: 'Balai Warga',
    trainer: 'Bapak Hadi',
  }));
  await step('POST', 'attendance', () => ({ msmeId, attended: 1 }));
  await step('POST', 'holding');
  await step('POST', 'report', () => ({ summary: 'Peserta membuat buku kas.' }));
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
const register: Journey = async ({ environment: { client } }) => {
  const { msmeId } = await client.registerMsme({
    name: 'Warung Uji',
    category: 'kuliner',
    profile: { id: 'Warung untuk pengujian.', en: 'A food stall for tests.' },
    location: null,
    kodeKelurahan: '31.71.01.1003',
    needs: [{ package: 'goods', item: 'face-mask', quantity: 7 }],
  });
  return { msmeId, facts: [`${msmeId} on its board: 7`] };
};

/** A journey that broke off: its end is missing among what is seen. */
export const unfinished = (error: Error): Done => ({ facts: [`a journey to its end, where ${error.message}`] });

/** Mostly goods, since that is the quickest journey; enough of the others that every service has work. */
export function pickJourney(random: SeededRandom): Journey {
  const drawn = random.float();
  if (drawn < 0.6) return giveGoods;
  if (drawn < 0.75) return teach;
  if (drawn < 0.9) return register;
  return lend;
}
