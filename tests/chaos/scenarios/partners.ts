import type { Partner } from '@ksbb/contracts';
import type { PartnerCallback, PartnerContract, SeededRandom } from '@ksbb/testkit';
import { type Done, lendAsPlanned, type LoanPlan, unfinished } from '../load/journeys.ts';
import { wrongCalls } from '../report/partner-calls.ts';
import { type Facts, joinedFacts } from '../report/report.ts';
import type { ScenarioContext } from '../load/context.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';
import { LONG_PHASES, PARTNERS, PHASES } from './partner-phases.ts';

const LOANS = { long: 4, short: 3 };
const ROUNDS = { long: 3, short: 1 };
/** Does not divide by the instalments. */
const LOAN_RUPIAH = 300_001;
const INSTALMENTS = [1, 2, 3];
const MOST_LATE_MS = 500;

/**
 * Callbacks about repayments come late and out of order; one comes twice, one first tampered, one first with an old
 * signature.
 */
function planLoan(partner: Partner, random: SeededRandom): LoanPlan {
  const one = () => random.shuffled(INSTALMENTS).slice(0, 1);
  return {
    partner,
    amountRupiah: LOAN_RUPIAH,
    instalments: random.shuffled(INSTALMENTS),
    duplicate: one(),
    tamperFirst: one(),
    staleFirst: one(),
    lateMs: random.below(MOST_LATE_MS),
  };
}

type Lent = { plan: LoanPlan; done: Done };

/**
 * What must become of the callbacks about one loan: all accepted in the end, and those that are not genuine refused
 * first.
 */
function callbackFacts(
  { instalments, tamperFirst = [], staleFirst = [], duplicate = [] }: LoanPlan,
  { reference, repayments }: PartnerContract,
  callbacks: readonly PartnerCallback[],
): Facts {
  const sent = (instalment: number, copy: number) => {
    const sequence = repayments.find((repayment) => repayment.instalment === instalment)?.sequence;
    return callbacks.find((callback) => callback.sequence === sequence && callback.copy === copy);
  };
  const first = (instalment: number) => sent(instalment, 1)?.attempts[0];
  const isDelivered = (copy: number) => (instalment: number) => sent(instalment, copy)?.status === 'delivered';
  const isRefused = (instalment: number) => first(instalment)?.status === 401;
  const parts: { what: string; of: readonly number[]; isSo: (instalment: number) => boolean }[] = [
    { what: 'the callback is accepted', of: instalments, isSo: isDelivered(1) },
    { what: 'the repeat is accepted', of: duplicate, isSo: isDelivered(2) },
    {
      what: 'a wrong signature is refused',
      of: tamperFirst,
      isSo: (instalment) => first(instalment)?.tampered === true && isRefused(instalment),
    },
    { what: 'an old signature is refused', of: staleFirst, isSo: isRefused },
  ];
  const named = (what: string, of: readonly number[]) =>
    of.map((instalment) => `${reference}: ${what} of instalment ${instalment}`);
  return {
    expected: parts.flatMap(({ what, of }) => named(what, of)),
    seen: parts.flatMap(({ what, of, isSo }) => named(what, of.filter(isSo))),
  };
}

async function factsOfLoans({ environment }: ScenarioContext, lent: readonly Lent[]): Promise<Facts> {
  const { sandbox } = environment.client;
  const byReference = new Map((await sandbox.contracts()).map((contract) => [contract.reference, contract]));
  const parts = lent.map(async ({ plan, done }) => {
    const contract = byReference.get(done.loanId ?? '');
    if (contract === undefined) return { expected: [], seen: [] };
    return callbackFacts(plan, contract, await sandbox.callbacks(contract.reference));
  });
  return joinedFacts(await Promise.all(parts));
}

const faultyCallbacks = ({ duplicate = [], tamperFirst = [], staleFirst = [] }: LoanPlan) =>
  duplicate.length + tamperFirst.length + staleFirst.length;

/**
 * Partners that fail in every way while loans are requested, signed and repaid, and that call back out of order, twice,
 * and with signatures that are wrong or old.
 */
export const breakPartners: Scenario = (context) => {
  const { environment, random, length, say } = context;
  const { partners, client } = environment;
  partners.clear();
  const inject = async () => {
    const lent: Lent[] = [];
    const lending: Promise<unknown>[] = [];
    const violations: string[] = [];
    let served = 0;
    /** Loans at both partners, all at once, to their end. */
    const lend = () => {
      const plans = PARTNERS.flatMap((partner) =>
        Array.from({ length: LOANS[length] }, () => planLoan(partner, random)),
      );
      const all = plans.map(async (plan) =>
        lent.push({ plan, done: await lendAsPlanned(context, plan).catch(unfinished) }),
      );
      lending.push(...all);
      return Promise.all(all);
    };
    const clearFaults = async () => {
      served += await client.sandbox.clearFaults();
    };
    const phases = Object.entries(PHASES).filter(([name]) => length === 'long' || !LONG_PHASES.has(name));
    for (let round = 0; round < ROUNDS[length]; round += 1) {
      for (const [name, run] of random.shuffled(phases)) {
        const started = performance.now();
        const phase = run({ context, loans: LOANS[length], lend, clearFaults });
        violations.push(...(await phase.catch((error: Error) => [error.message])));
        await clearFaults();
        // Also the loans of a phase that broke off.
        await Promise.all(lending);
        say(`partners: ${name}: ${served} faults so far, ${Math.round((performance.now() - started) / 100) / 10} s`);
      }
    }
    const calls = partners.calls();
    say(`partners: ${calls.length} calls about contracts`);
    return {
      faults: served + lent.reduce((sum, { plan }) => sum + faultyCallbacks(plan), 0),
      done: lent.map(({ done }) => done),
      facts: () => factsOfLoans(context, lent),
      violations: [...violations, ...wrongCalls(calls)],
    };
  };
  return underLoad(context, 'partners', inject, 0);
};
