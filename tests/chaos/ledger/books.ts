import type { Portfolio } from '@ksbb/contracts';
import { retryUntilOk } from '@ksbb/testkit';
import type { ChaosWorld } from '../world/chaos-world.ts';

const PARTNERS = ['amanah', 'lumbung'] as const;
const DAY_MS = 86_400_000;
const JAKARTA_MS = 7 * 3_600_000;

export type Contract = {
  partner: (typeof PARTNERS)[number];
  reference: string;
  parentContractNo: string | null;
  status: 'pending-signature' | 'signed' | 'declined' | 'disbursed' | 'repaying' | 'completed';
  principalRupiah: number;
  repaidRupiah: number;
  createdAt: string;
  repayments: { instalment: number; sequence: number }[];
};

/** The partner's word for a state, and ours in the portfolio. */
const STATUS = {
  'pending-signature': 'forwarded',
  signed: 'signed',
  declined: 'declined',
  disbursed: 'disbursed',
  repaying: 'repaying',
  completed: 'repaid',
} as const;

async function pages<T>(read: (cursor: string) => Promise<{ items: T[]; next: string | null }>): Promise<T[]> {
  const all: T[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const { items, next }: { items: T[]; next: string | null } = await read(
      cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`,
    );
    all.push(...items);
    cursor = next;
  }
  return all;
}

/** Every contract that the partners have. */
export function contracts(world: ChaosWorld): Promise<Contract[]> {
  return pages(async (cursor) => {
    const answer = await retryUntilOk('GET', `${world.sandboxUrl}/admin/contracts?limit=200${cursor}`, {
      token: world.sandboxAdminToken,
    });
    return { items: answer.contracts, next: answer.nextCursor };
  });
}

function portfolio(world: ChaosWorld): Promise<Portfolio['items']> {
  return pages(async (cursor) => {
    const answer: Portfolio = await retryUntilOk('GET', `${world.api('reporting')}/loans?limit=200${cursor}`, {});
    return { items: answer.items, next: answer.nextCursor };
  });
}

/** The accounts as they follow from the partners' own figures. */
function accountsOf(all: readonly Contract[]): string[] {
  const paidOut = all.filter(({ status }) => ['disbursed', 'repaying', 'completed'].includes(status));
  const sum = (of: readonly Contract[], amount: (contract: Contract) => number) =>
    of.reduce((total, one) => total + amount(one), 0);
  return [...Map.groupBy(paidOut, ({ partner }) => partner)].flatMap(([partner, of]) => {
    const given = sum(
      of.filter(({ parentContractNo }) => parentContractNo === null),
      ({ principalRupiah }) => principalRupiah,
    );
    const lent = sum(of, ({ principalRupiah, repaidRupiah }) => principalRupiah - repaidRupiah);
    return [`${partner}:donated ${-given}`, `${partner}:lent ${lent}`, `${partner}:cash ${given - lent}`];
  });
}

const dayInJakarta = (ms: number) => new Date(ms + JAKARTA_MS).toISOString().slice(0, 10);

/** The gateway's own comparison of its books with each partner's statement, of every day on which money may have moved. */
async function statementFacts(
  world: ChaosWorld,
  all: readonly Contract[],
): Promise<{ expected: string[]; seen: string[] }> {
  const now = Date.now();
  const since = Math.min(now, ...all.map(({ createdAt }) => Date.parse(createdAt)));
  const days = new Set(
    Array.from({ length: Math.ceil((now - since) / DAY_MS) + 1 }, (_, back) => dayInJakarta(now - back * DAY_MS)),
  );
  const facts = { expected: [] as string[], seen: [] as string[] };
  for (const partner of PARTNERS) {
    for (const day of days) {
      const path = `${world.api('fintech-gateway')}/fund/reconciliations/${partner}/${day}`;
      const { differences } = await retryUntilOk('POST', path, { token: world.operatorToken });
      const agree = `${partner}'s statement of ${day} agrees with the ledger`;
      facts.expected.push(agree);
      facts.seen.push(
        ...(differences.length === 0
          ? [agree]
          : differences.map((one: object) => `${partner}, ${day}: ${JSON.stringify(one)}`)),
      );
    }
  }
  return facts;
}

/** What the partners say of every loan and of the money, and what the platform's portfolio and ledger say. */
export async function booksOf(world: ChaosWorld): Promise<{ expected: string[]; seen: string[]; balanced: boolean }> {
  const [all, loans] = await Promise.all([contracts(world), portfolio(world)]);
  const statements = await statementFacts(world, all);
  const { accounts, balanced } = await retryUntilOk('GET', `${world.api('fintech-gateway')}/fund/trial-balance`, {});
  return {
    expected: [
      ...statements.expected,
      ...all.map(({ reference, status, repaidRupiah }) => `${reference} ${STATUS[status]}, repaid ${repaidRupiah}`),
      ...accountsOf(all),
    ],
    seen: [
      ...statements.seen,
      ...loans.map(({ loanId, status, repaidRupiah }) => `${loanId} ${status}, repaid ${repaidRupiah}`),
      ...accounts.map(
        ({ account, balanceRupiah }: { account: string; balanceRupiah: number }) => `${account} ${balanceRupiah}`,
      ),
    ],
    balanced,
  };
}
