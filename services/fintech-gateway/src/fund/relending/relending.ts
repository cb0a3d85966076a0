import type { fundRelent, Lot, NewEvent, Partner, relendProposed } from '@ksbb/contracts';
import { addLots, subtractLots } from '../../kernel/lots.ts';

/** The repaid loan whose money is relent. */
export type Origin = { loanId: string; partner: Partner; instalments: number };
export type Proposal = { relendId: string; msmeId: string; needId: string; amountRupiah: number };
/**
 * A loan that is paid with the money; `lots` have the new generation. `returned`: there is no such loan, the money is
 * back.
 */
export type Relent = { relendId: string; loanId: string; lots: Lot[]; returned: boolean };

/**
 * `pool` is what is left to relend, in the generation in which it came back. `tried` are the MSMEs of earlier
 * proposals: each took what it still lacked, or nothing.
 */
type Fund = { origin: Origin; pool: Lot[]; proposals: number; tried: string[]; relent: Relent[] };

/** The money of one repaid loan: it waits for an MSME or an officer, is proposed to an MSME, or is all relent. */
export type Relending =
  | { status: 'unknown' }
  | (Fund & { status: 'waiting' })
  /** An officer has to approve it before it is proposed. */
  | (Fund & { status: 'awaiting-approval'; proposal: Proposal })
  | (Fund & { status: 'proposed'; proposal: Proposal })
  | (Fund & { status: 'spent' });

export type RelendingEvent =
  | { type: 'relending-opened'; data: { origin: Origin; lots: Lot[] } }
  | { type: 'approval-asked'; data: Proposal }
  | { type: 'proposal-refused'; data: { relendId: string; msmeId: string } }
  /** There will be no loan; the money is back in the pool. */
  | { type: 'money-returned'; data: { loanId: string; lots: Lot[] } }
  | NewEvent<typeof relendProposed>
  | NewEvent<typeof fundRelent>;

export const initialState: Relending = { status: 'unknown' };

export const relendingIdOf = (loanId: string) => `relend.${loanId}`;

/** The aggregate that a proposal `relend.<loanId>.<n>` belongs to. */
export function relendingIdOfProposal(relendId: string): string {
  return relendId.slice(0, relendId.lastIndexOf('.'));
}

/** The lots with their generation moved by `by`. */
export function regenerate(lots: readonly Lot[], by: number): Lot[] {
  return lots.map((lot) => ({ ...lot, generation: lot.generation + by }));
}

function fundOf(relending: Relending): Fund {
  if (relending.status === 'unknown') throw new Error('no event applies to money that was not repaid');
  const { origin, pool, proposals, tried, relent } = relending;
  return { origin, pool, proposals, tried, relent };
}

/** The state after an event. Decides nothing. */
export function evolve(relending: Relending, event: RelendingEvent): Relending {
  switch (event.type) {
    case 'relending-opened': {
      const { origin, lots } = event.data;
      return { status: 'waiting', origin, pool: lots, proposals: 0, tried: [], relent: [] };
    }
    case 'relend-proposed': {
      const { relendId, msmeId, needId, amountRupiah } = event.data;
      const fund = fundOf(relending);
      // One that an officer has approved was counted when it was asked for.
      const proposals = fund.proposals + (relending.status === 'awaiting-approval' ? 0 : 1);
      return { ...fund, status: 'proposed', proposals, proposal: { relendId, msmeId, needId, amountRupiah } };
    }
    case 'approval-asked': {
      const fund = fundOf(relending);
      return { ...fund, status: 'awaiting-approval', proposals: fund.proposals + 1, proposal: event.data };
    }
    case 'proposal-refused': {
      const fund = fundOf(relending);
      return { ...fund, status: 'waiting', tried: [...fund.tried, event.data.msmeId] };
    }
    case 'fund-relent': {
      const { relendId, toLoanId, lots } = event.data;
      const fund = fundOf(relending);
      const pool = subtractLots(fund.pool, regenerate(lots, -1));
      const relent = [...fund.relent, { relendId, loanId: toLoanId, lots, returned: false }];
      const tried = [...fund.tried, event.data.msmeId];
      return { ...fund, status: pool.length === 0 ? 'spent' : 'waiting', pool, relent, tried };
    }
    case 'money-returned': {
      const fund = fundOf(relending);
      const back = {
        pool: addLots(fund.pool, regenerate(event.data.lots, -1)),
        relent: fund.relent.map((one) => (one.loanId === event.data.loanId ? { ...one, returned: true } : one)),
      };
      if (relending.status === 'proposed' || relending.status === 'awaiting-approval') return { ...relending, ...back };
      return { ...fund, ...back, status: 'waiting' };
    }
    default:
      return event satisfies never;
  }
}
