import type { Partner } from '@ksbb/contracts';
import type { SeededRandom } from '@ksbb/testkit';
import { type Chaos, underLoad } from '../ledger/account.ts';
import { type Contract, contracts } from '../ledger/books.ts';
import { wrongCalls } from '../ledger/partner-calls.ts';
import type { Row } from '../ledger/row.ts';
import { type Done, lendAsPlanned, type LoanPlan, unfinished } from '../load/journeys.ts';
import { type Delivery, deliveriesAbout, partnerFaults } from '../world/partner-faults.ts';
import { LONG_PHASES, PARTNERS, PHASES } from './partner-phases.ts';

const LOANS = { long: 4, short: 3 };
const ROUNDS = { long: 3, short: 1 };
/** Does not divide by the instalments. */
const LOAN_RUPIAH = 300_001;
const INSTALMENTS = [1, 2, 3];
const MOST_LATE_MS = 500;

/** Every loan's repayments are told out of order and late; one is told twice, one tampered with first, one first signed too long ago. */
function planLoan(partner: Partner, random: SeededRandom): LoanPlan {
  const [one] = random.shuffled(INSTALMENTS);
  const [other] = random.shuffled(INSTALMENTS);
  const [third] = random.shuffled(INSTALMENTS);
  return {
    partner,
    amountRupiah: LOAN_RUPIAH,
    instalments: random.shuffled(INSTALMENTS),
    duplicate: [one as number],
    tamperFirst: [other as number],
    staleFirst: [third as number],
    lateMs: random.below(MOST_LATE_MS),
  };
}

type Lent = { plan: LoanPlan; done: Done };

/** What must have become of the callbacks about one loan: all taken in the end, those not genuine refused first. */
function callbackFacts(
  { instalments, tamperFirst = [], staleFirst = [], duplicate = [] }: LoanPlan,
  { reference, repayments }: Contract,
  deliveries: readonly Delivery[],
) {
  const sent = (instalment: number, copy: number) => {
    const sequence = repayments.find((repayment) => repayment.instalment === instalment)?.sequence;
    return deliveries.find((delivery) => delivery.sequence === sequence && delivery.copy === copy);
  };
  const first = (instalment: number) => sent(instalment, 1)?.attempts[0];
  const named = (what: string, of: readonly number[]) =>
    of.map((instalment) => `${reference}: ${what} of instalment ${instalment}`);
  const seenOf = (what: string, of: readonly number[], isSo: (instalment: number) => boolean) =>
    named(what, of.filter(isSo));
  const [taken, again, refused, old] = [
    'the callback is taken',
    'the repeat is taken',
    'a wrong signature is refused',
    'an old signature is refused',
  ] as const;
  return {
    expected: [
      ...named(taken, instalments),
      ...named(again, duplicate),
      ...named(refused, tamperFirst),
      ...named(old, staleFirst),
    ],
    seen: [
      ...seenOf(taken, instalments, (instalment) => sent(instalment, 1)?.status === 'delivered'),
      ...seenOf(again, duplicate, (instalment) => sent(instalment, 2)?.status === 'delivered'),
      ...seenOf(
        refused,
        tamperFirst,
        (instalment) => first(instalment)?.tampered === true && first(instalment)?.status === 401,
      ),
      ...seenOf(old, staleFirst, (instalment) => first(instalment)?.status === 401),
    ],
  };
}

async function factsOfLoans(chaos: Chaos, lent: readonly Lent[]) {
  const byReference = new Map((await contracts(chaos.world)).map((contract) => [contract.reference, contract]));
  const parts = await Promise.all(
    lent.map(async ({ plan, done }) => {
      const contract = byReference.get(done.loanId ?? '');
      return contract === undefined
        ? { expected: [], seen: [] }
        : callbackFacts(plan, contract, await deliveriesAbout(chaos.world, contract.reference));
    }),
  );
  return { expected: parts.flatMap(({ expected }) => expected), seen: parts.flatMap(({ seen }) => seen) };
}

const misbehaved = ({ duplicate = [], tamperFirst = [], staleFirst = [] }: LoanPlan) =>
  duplicate.length + tamperFirst.length + staleFirst.length;

/**
 * Partners that fail in every way while loans are asked for, signed and repaid, and that call back out of order, twice, and
 * with signatures that are wrong or old.
 */
export async function breakPartners(chaos: Chaos): Promise<Row> {
  const { world, random, short, say } = chaos;
  const length = short ? 'short' : 'long';
  const faults = partnerFaults(world);
  world.partners.clear();
  return underLoad(chaos, { row: 'partners', donors: 0 }, async () => {
    const lent: Lent[] = [];
    const lending: Promise<unknown>[] = [];
    const violations: string[] = [];
    /** Loans at both partners, all at once, to their end. */
    const lend = () => {
      const plans = PARTNERS.flatMap((partner) =>
        Array.from({ length: LOANS[length] }, () => planLoan(partner, random)),
      );
      const all = Promise.all(
        plans.map(async (plan) => lent.push({ plan, done: await lendAsPlanned(chaos, plan).catch(unfinished) })),
      );
      lending.push(all);
      return all;
    };
    const phases = Object.entries(PHASES).filter(([name]) => !short || !LONG_PHASES.has(name));
    for (let round = 0; round < ROUNDS[length]; round += 1) {
      for (const [name, run] of random.shuffled(phases)) {
        const started = performance.now();
        const found = await run({ chaos, faults, loans: LOANS[length], lend }).catch((error: Error) => [error.message]);
        violations.push(...found);
        await faults.clear();
        // Of a phase that broke off, too.
        await Promise.all(lending);
        say(
          `partners: ${name}: ${faults.served()} faults so far, ${Math.round((performance.now() - started) / 100) / 10} s`,
        );
      }
    }
    const calls = world.partners.calls();
    say(`partners: ${calls.length} calls about contracts`);
    return {
      faults: faults.served() + lent.reduce((sum, { plan }) => sum + misbehaved(plan), 0),
      done: lent.map(({ done }) => done),
      facts: () => factsOfLoans(chaos, lent),
      violations: [...violations, ...wrongCalls(calls)],
    };
  });
}
