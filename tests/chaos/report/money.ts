import { dayInJakarta, type PartnerContract, type PlatformClient } from '@ksbb/testkit';
import type { Facts } from './report.ts';

export const PARTNERS = ['amanah', 'lumbung'] as const;
const DAY_MS = 86_400_000;

/** The partners' word for a state, and ours in the portfolio. */
const STATUS = {
  'pending-signature': 'forwarded',
  signed: 'signed',
  declined: 'declined',
  disbursed: 'disbursed',
  repaying: 'repaying',
  completed: 'repaid',
} as const;

/** The accounts as they follow from the partners' own figures. */
function accountsOf(all: readonly PartnerContract[]): string[] {
  const paidOut = all.filter(({ status }) => ['disbursed', 'repaying', 'completed'].includes(status));
  const sum = (of: readonly PartnerContract[], amount: (contract: PartnerContract) => number) =>
    of.reduce((total, one) => total + amount(one), 0);
  return [...Map.groupBy(paidOut, ({ partner }) => partner)].flatMap(([partner, of]) => {
    const donated = of.filter(({ parentContractNo }) => parentContractNo === null);
    const given = sum(donated, ({ principalRupiah }) => principalRupiah);
    const lent = sum(of, ({ principalRupiah, repaidRupiah }) => principalRupiah - repaidRupiah);
    return [`${partner}:donated ${-given}`, `${partner}:lent ${lent}`, `${partner}:cash ${given - lent}`];
  });
}

/**
 * The gateway's own comparison of its ledger with each partner's statement, of every day on which money may have moved.
 */
async function statementFacts(client: PlatformClient, all: readonly PartnerContract[]): Promise<Facts> {
  const now = Date.now();
  const since = Math.min(now, ...all.map(({ createdAt }) => Date.parse(createdAt)));
  const count = Math.ceil((now - since) / DAY_MS) + 1;
  const days = new Set(Array.from({ length: count }, (_, back) => dayInJakarta(now - back * DAY_MS)));
  const facts: Facts = { expected: [], seen: [] };
  for (const partner of PARTNERS) {
    for (const day of days) {
      const { differences } = await client.reconcile(partner, day);
      const agree = `${partner}'s statement of ${day} agrees with the ledger`;
      facts.expected.push(agree);
      if (differences.length === 0) facts.seen.push(agree);
      else facts.seen.push(...differences.map((one) => `${partner}, ${day}: ${JSON.stringify(one)}`));
    }
  }
  return facts;
}

/** What the partners say of every loan and of the money, and what the platform's portfolio and ledger say. */
export async function moneyFacts(client: PlatformClient): Promise<Facts[]> {
  const [all, loans] = await Promise.all([client.sandbox.contracts(), client.portfolio()]);
  const statements = await statementFacts(client, all);
  const { accounts } = await client.trialBalance();
  const contracts = all.map(
    ({ reference, status, repaidRupiah }) => `${reference} ${STATUS[status]}, repaid ${repaidRupiah}`,
  );
  const own = {
    expected: [...contracts, ...accountsOf(all)],
    seen: [
      ...loans.map(({ loanId, status, repaidRupiah }) => `${loanId} ${status}, repaid ${repaidRupiah}`),
      ...accounts.map(({ account, balanceRupiah }) => `${account} ${balanceRupiah}`),
    ],
  };
  return [statements, own];
}
