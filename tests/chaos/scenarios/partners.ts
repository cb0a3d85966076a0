import type { Partner } from '@ksbb/contracts';
import type { PartnerCallback, PartnerContract, Repayments, SeededRandom } from '@ksbb/testkit';
import type { ScenarioContext } from '../load/context.ts';
import { type Done, lendAsPlanned, unfinished } from '../load/journeys.ts';
import { PARTNERS } from '../report/money.ts';
import { wrongCalls } from '../report/partner-calls.ts';
import type { Facts } from '../report/report.ts';
import { type Scenario, underLoad } from '../report/under-load.ts';
import { LONG_PHASES, PHASES } from './partner-phases.ts';

const LOANS = { long: 4, short: 3 };
const ROUNDS = { long: 3, short: 1 };
/** Does not divide by the instalments. */
const LOAN_RUPIAH = 300_001;
const INSTALMENTS = [1, 2, 3];
const MOST_LATE_MS = 500;
/** Callbacks that are repeated or not genuine, for each loan. */
const FAULTY_CALLBACKS = 3;

type Plan = Required<Repayments>;
type Lent = { plan: Plan; done: Done };

/**
 * Callbacks about repayments come late and out of order; one comes twice, one first tampered, one first with an old
 * signature.
 */
function planLoan(partner: Partner, random: SeededRandom): Plan {
  const one = () => random.shuffled(INSTALMENTS).slice(0, 1);
  return {
    partner,
    instalments: random.shuffled(INSTALMENTS),
    duplicate: one(),
    tamperFirst: one(),
    staleFirst: one(),
    lateMs: random.below(MOST_LATE_MS),
  };
}

/**
 * What must become of the callbacks about one loan: all accepted in the end, and those that are not genuine refused
 * first.
 */
function callbackFacts(plan: Plan, { reference, repayments }: PartnerContract, all: readonly PartnerCallback[]): Facts {
  const sent = (instalment: number, copy: number) => {
    const sequence = repayments.find((repayment) => repayment.instalment === instalment)?.sequence;
    return all.find((callback) => callback.sequence === sequence && callback.copy === copy);
  };
  const isDelivered = (copy: number) => (instalment: number) => sent(instalment, copy)?.status === 'delivered';
  const first = (instalment: number) => sent(instalment, 1)?.attempts[0];
  const isRefused = (instalment: number) => first(instalment)?.status === 401;
  const isTampered = (instalment: number) => first(instalment)?.tampered === true;
  const facts: Facts = { expected: [], seen: [] };
  const expect = (what: string, instalments: readonly number[], isSo: (instalment: number) => boolean) => {
    const named = (instalment: number) => `${reference}: ${what} of instalment ${instalment}`;
    facts.expected.push(...instalments.map(named));
    facts.seen.push(...instalments.filter(isSo).map(named));
  };
  expect('the callback is accepted', plan.instalments, isDelivered(1));
  expect('the repeat is accepted', plan.duplicate, isDelivered(2));
  expect('a wrong signature is refused', plan.tamperFirst, (one) => isTampered(one) && isRefused(one));
  expect('an old signature is refused', plan.staleFirst, isRefused);
  return facts;
}

async function factsOfLoans({ environment }: ScenarioContext, lent: readonly Lent[]): Promise<Facts[]> {
  const { sandbox } = environment.client;
  const contracts = await sandbox.contracts();
  const parts = lent.map(async ({ plan, done }) => {
    const contract = contracts.find(({ reference }) => reference === done.loanId);
    return contract === undefined ? [] : [callbackFacts(plan, contract, await sandbox.callbacks(contract.reference))];
  });
  return (await Promise.all(parts)).flat();
}

/**
 * Partners that fail in every way while loans are requested, signed and repaid, and that call back out of order, twice,
 * and with signatures that are wrong or old.
 */
export const breakPartners: Scenario = (context) => {
  const { environment, random, length, say, violation } = context;
  const { partners, client } = environment;
  const lent: Lent[] = [];
  const lending: Promise<unknown>[] = [];
  let served = 0;

  /** Loans at both partners, all at once, to their end. */
  const lend = () => {
    const plans = PARTNERS.flatMap((partner) => Array.from({ length: LOANS[length] }, () => planLoan(partner, random)));
    const all = plans.map(async (plan) => {
      const done = await lendAsPlanned(context, { ...plan, amountRupiah: LOAN_RUPIAH }).catch(unfinished);
      lent.push({ plan, done });
    });
    lending.push(...all);
    return Promise.all(all);
  };
  const clearFaults = async () => {
    served += await client.sandbox.clearFaults();
  };

  const inject = async () => {
    partners.clear();
    const phases = Object.entries(PHASES).filter(([name]) => length === 'long' || !LONG_PHASES.has(name));
    for (let round = 0; round < ROUNDS[length]; round += 1) {
      for (const [name, run] of random.shuffled(phases)) {
        const started = performance.now();
        const phase = run({ context, loans: LOANS[length], lend, clearFaults });
        await phase.catch(({ message }: Error) => violation(message));
        await clearFaults();
        // Also the loans of a phase that broke off.
        await Promise.all(lending);
        say(`${name}: ${served} faults so far, ${Math.round((performance.now() - started) / 100) / 10} s`);
      }
    }
    say(`${partners.calls().length} calls about contracts`);
    for (const wrong of wrongCalls(partners.calls())) violation(wrong);
    return {
      faults: served + FAULTY_CALLBACKS * lent.length,
      done: lent.map(({ done }) => done),
      facts: () => factsOfLoans(context, lent),
    };
  };
  return underLoad(context, inject, 0);
};
