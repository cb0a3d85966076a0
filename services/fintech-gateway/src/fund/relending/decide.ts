import type { Lot, Partner } from '@ksbb/contracts';
import { sumOfLots, takeFromLots } from '../../kernel/lots.ts';
import {
  type Origin,
  type Proposal,
  regenerate,
  type Relending,
  type RelendingEvent,
  relendingIdOf,
} from './relending.ts';
import type { NextInNeed } from './next-in-need.ts';

export type RelendingCommand =
  | { type: 'open'; origin: Origin; lots: Lot[] }
  /** `approval`: an officer has to approve it first. */
  | { type: 'propose'; to: NextInNeed; approval: boolean }
  | { type: 'approve'; relendId: string }
  | { type: 'turn-down'; relendId: string }
  /** The commitment service has reserved the need, or what was left of it. */
  | {
      type: 'confirm';
      relendId: string;
      loanId: string;
      collaborationId: string;
      msmeId: string;
      partner: Partner;
      amountRupiah: number;
    }
  /** The commitment service found the need covered by others. */
  | { type: 'refuse'; relendId: string }
  /** The loan to the next MSME was declined. */
  | { type: 'take-back'; loanId: string };

export type RelendingRefusal = { refused: 'no-such-proposal' | 'other-msme' | 'other-partner' | 'more-than-proposed' };

function proposed(
  { loanId: fromLoanId, partner, instalments }: Origin,
  { amountRupiah, ...proposal }: Proposal,
): RelendingEvent {
  // An instalment is a rupiah at least.
  const data = { ...proposal, fromLoanId, partner, amountRupiah, instalments: Math.min(instalments, amountRupiah) };
  return { type: 'relend-proposed', data };
}

function propose(
  relending: Relending,
  { msmeId, needId, amountRupiah }: NextInNeed,
  approval: boolean,
): RelendingEvent[] {
  if (relending.status !== 'waiting') return [];
  const relendId = `${relendingIdOf(relending.origin.loanId)}.${relending.proposals + 1}`;
  const proposal = { relendId, msmeId, needId, amountRupiah: Math.min(amountRupiah, sumOfLots(relending.pool)) };
  return [approval ? { type: 'approval-asked', data: proposal } : proposed(relending.origin, proposal)];
}

function approve(relending: Relending, relendId: string): RelendingEvent[] | RelendingRefusal {
  if (relending.status === 'proposed' && relending.proposal.relendId === relendId) return [];
  if (relending.status !== 'awaiting-approval' || relending.proposal.relendId !== relendId)
    return { refused: 'no-such-proposal' };
  return [proposed(relending.origin, relending.proposal)];
}

function turnDown(relending: Relending, relendId: string): RelendingEvent[] | RelendingRefusal {
  if (relending.status !== 'awaiting-approval' || relending.proposal.relendId !== relendId)
    return { refused: 'no-such-proposal' };
  return [{ type: 'proposal-refused', data: { relendId, msmeId: relending.proposal.msmeId } }];
}

function confirm(
  relending: Relending,
  command: Extract<RelendingCommand, { type: 'confirm' }>,
): RelendingEvent[] | RelendingRefusal {
  const { relendId, loanId: toLoanId, collaborationId: toCollaborationId, msmeId, amountRupiah } = command;
  if ('relent' in relending && relending.relent.some((relent) => relent.relendId === relendId)) return [];
  if (relending.status !== 'proposed' || relending.proposal.relendId !== relendId)
    return { refused: 'no-such-proposal' };
  if (relending.proposal.msmeId !== msmeId) return { refused: 'other-msme' };
  if (relending.origin.partner !== command.partner) return { refused: 'other-partner' };
  if (amountRupiah > relending.proposal.amountRupiah) return { refused: 'more-than-proposed' };
  const { loanId: fromLoanId, partner } = relending.origin;
  const lots = regenerate(takeFromLots(relending.pool, amountRupiah), 1);
  return [
    {
      type: 'fund-relent',
      data: { relendId, fromLoanId, toLoanId, toCollaborationId, partner, msmeId, amountRupiah, lots },
    },
  ];
}

/** What follows from a command. A repeat changes nothing. There is one open proposal at a time. */
export function decide(relending: Relending, command: RelendingCommand): RelendingEvent[] | RelendingRefusal {
  switch (command.type) {
    case 'open':
      return relending.status === 'unknown'
        ? [{ type: 'relending-opened', data: { origin: command.origin, lots: command.lots } }]
        : [];
    case 'propose':
      return propose(relending, command.to, command.approval);
    case 'approve':
      return approve(relending, command.relendId);
    case 'turn-down':
      return turnDown(relending, command.relendId);
    case 'confirm':
      return confirm(relending, command);
    case 'refuse': {
      const { relendId } = command;
      if (relending.status !== 'proposed' || relending.proposal.relendId !== relendId) return [];
      return [{ type: 'proposal-refused', data: { relendId, msmeId: relending.proposal.msmeId } }];
    }
    case 'take-back': {
      const { loanId } = command;
      const relent =
        'relent' in relending ? relending.relent.find((one) => one.loanId === loanId && !one.returned) : undefined;
      return relent === undefined ? [] : [{ type: 'money-returned', data: { loanId, lots: relent.lots } }];
    }
    default:
      return command satisfies never;
  }
}
