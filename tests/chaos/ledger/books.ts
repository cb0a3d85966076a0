import type { Portfolio } from '@ksbb/contracts';
import { insist } from '../../../infra/demo/api.ts';
import type { ChaosWorld } from '../world/chaos-world.ts';

type Contract = {
  partner: string;
  reference: string;
  parentContractNo: string | null;
  status: 'pending-signature' | 'signed' | 'declined' | 'disbursed' | 'repaying' | 'completed';
  principalRupiah: number;
  repaidRupiah: number;
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
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { items, next }: { items: T[]; next: string | null } = await read(cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`);
    all.push(...items);
    cursor = next;
  }
  return all;
}

/** Every contract that the partners have. */
export function contracts(world: ChaosWorld): Promise<Contract[]> {
  return pages(async (cursor) => {
    const answer = await insist('GET', `${world.sandboxUrl}/admin/contracts?limit=200${cursor}`, { token: world.sandboxAdminToken });
    return { items: answer.contracts, next: answer.nextCursor };
  });
}

function portfolio(world: ChaosWorld): Promise<Portfolio['items']> {
  return pages(async (cursor) => {
    const answer: Portfolio = await insist('GET', `${world.api('reporting')}/loans?limit=200${cursor}`, {});
    return { items: answer.items, next: answer.nextCursor };
  });
}

/** The accounts as they follow from the partners' own figures. */
function accountsOf(all: readonly Contract[]): string[] {
  const paidOut = all.filter(({ status }) => ['disbursed', 'repaying', 'completed'].includes(status));
  const sum = (of: readonly Contract[], amount: (contract: Contract) => number) => of.reduce((total, one) => total + amount(one), 0);
  return [...Map.groupBy(paidOut, ({ partner }) => partner)].flatMap(([partner, of]) => {
    const given = sum(of.filter(({ parentContractNo }) => parentContractNo === null), ({ principalRupiah }) => principalRupiah);
    const lent = sum(of, ({ principalRupiah, repaidRupiah }) => principalRupiah - repaidRupiah);
    return [`${partner}:donated ${-given}`, `${partner}:lent ${lent}`, `${partner}:cash ${given - lent}`];
  });
}

/** What the partners say of every loan and of the money, and what the platform's portfolio and ledger say. */
export async function booksOf(world: ChaosWorld): Promise<{ expected: string[]; seen: string[]; balanced: boolean }> {
  const [all, loans] = await Promise.all([contracts(world), portfolio(world)]);
  const { accounts, balanced } = await insist('GET', `${world.api('fintech-gateway')}/fund/trial-balance`, {});
  return {
    expected: [...all.map(({ reference, status, repaidRupiah }) => `${reference} ${STATUS[status]}, repaid ${repaidRupiah}`), ...accountsOf(all)],
    seen: [
      ...loans.map(({ loanId, status, repaidRupiah }) => `${loanId} ${status}, repaid ${repaidRupiah}`),
      ...accounts.map(({ account, balanceRupiah }: { account: string; balanceRupiah: number }) => `${account} ${balanceRupiah}`),
    ],
    balanced,
  };
}
