import { type Contract, type ContractEvent, outstandingRupiah, type Terms } from './contract.ts';
import { scheduleOf } from './schedule.ts';

export type ContractCommand =
  | { type: 'open'; terms: Terms; parentSigned: boolean; disburseAfterMs: number }
  | { type: 'sign'; signedBy: string; disburseAfterMs: number }
  | { type: 'decline' }
  | { type: 'disburse'; payEveryMs: number }
  | { type: 'repay'; instalments: number[] }
  | { type: 'cancel' }
  | { type: 'write-off' };

export type Refusal =
  | {
      refused:
        | 'other-terms'
        | 'principal-too-small'
        | 'parent-not-signed'
        | 'not-open'
        | 'declined-already'
        | 'signed-already'
        | 'not-signed'
        | 'too-early'
        | 'paid-out'
        | 'not-repayable';
    }
  | { refused: 'no-such-instalment' | 'already-repaid'; instalment: number };

/** No events: the contract is already in the state that the command asks for. */
export type Decision = ContractEvent[] | Refusal;

type Open = Extract<ContractCommand, { type: 'open' }>;

function sameTerms(one: Terms, other: Terms): boolean {
  return (
    one.principalRupiah === other.principalRupiah &&
    one.instalments === other.instalments &&
    one.parentContractNo === other.parentContractNo &&
    one.borrower.id === other.borrower.id &&
    one.borrower.name === other.borrower.name &&
    one.borrower.area === other.borrower.area
  );
}

function signed(signedBy: string | null, now: Date, disburseAfterMs: number): ContractEvent {
  return {
    type: 'signed',
    at: now.toISOString(),
    signedBy,
    disburseAt: new Date(now.getTime() + disburseAfterMs).toISOString(),
  };
}

function open(state: Contract, { terms, parentSigned, disburseAfterMs }: Open, now: Date): Decision {
  if (state.status !== 'unopened') return sameTerms(state.terms, terms) ? [] : { refused: 'other-terms' };
  if (terms.principalRupiah < terms.instalments) return { refused: 'principal-too-small' };
  const opened: ContractEvent = { type: 'opened', at: now.toISOString(), terms };
  if (terms.parentContractNo === null) return [opened];
  if (!parentSigned) return { refused: 'parent-not-signed' };
  return [opened, signed(null, now, disburseAfterMs)];
}

function sign(state: Contract, signedBy: string, disburseAfterMs: number, now: Date): Decision {
  if (state.status === 'unopened') return { refused: 'not-open' };
  if (state.status === 'declined' || state.status === 'cancelled') return { refused: 'declined-already' };
  return state.status === 'pending-signature' ? [signed(signedBy, now, disburseAfterMs)] : [];
}

function decline(state: Contract, now: Date): Decision {
  if (state.status === 'unopened') return { refused: 'not-open' };
  if (state.status === 'declined') return [];
  return state.status === 'pending-signature'
    ? [{ type: 'declined', at: now.toISOString() }]
    : { refused: 'signed-already' };
}

function disburse(state: Contract, payEveryMs: number, now: Date): Decision {
  const { status } = state;
  if (status === 'unopened' || status === 'pending-signature' || status === 'declined' || status === 'cancelled')
    return { refused: 'not-signed' };
  if (state.status !== 'signed') return [];
  if (now < new Date(state.disburseAt)) return { refused: 'too-early' };
  const schedule = scheduleOf(state.terms.principalRupiah, state.terms.instalments, now);
  return [{ type: 'disbursed', at: now.toISOString(), schedule, ...(payEveryMs === 0 ? {} : { payEveryMs }) }];
}

function repay(state: Contract, instalments: number[], now: Date): Decision {
  if (state.status !== 'disbursed' && state.status !== 'repaying') return { refused: 'not-repayable' };
  const at = now.toISOString();
  const paid = new Set(state.repayments.map(({ instalment }) => instalment));
  const events: ContractEvent[] = [];
  for (const instalment of instalments) {
    const due = state.schedule.find((row) => row.instalment === instalment);
    if (due === undefined) return { refused: 'no-such-instalment', instalment };
    if (paid.has(instalment)) return { refused: 'already-repaid', instalment };
    paid.add(instalment);
    events.push({ type: 'repaid', at, number: paid.size, instalment, amountRupiah: due.amountRupiah });
  }
  if (paid.size === state.schedule.length)
    events.push({ type: 'completed', at, totalRupiah: state.terms.principalRupiah });
  return events;
}

function cancel(state: Contract, now: Date): Decision {
  if (state.status === 'unopened') return { refused: 'not-open' };
  if (state.status === 'pending-signature' || state.status === 'signed')
    return [{ type: 'cancelled', at: now.toISOString() }];
  return state.status === 'cancelled' || state.status === 'declined' ? [] : { refused: 'paid-out' };
}

function writeOff(state: Contract, now: Date): Decision {
  if (state.status === 'written-off') return [];
  if (state.status !== 'disbursed' && state.status !== 'repaying') return { refused: 'not-repayable' };
  return [{ type: 'written-off', at: now.toISOString(), amountRupiah: outstandingRupiah(state) }];
}

/** The events of a command, in order, or a refusal. `now` is the time of every event. */
export function decide(state: Contract, command: ContractCommand, now: Date): Decision {
  switch (command.type) {
    case 'open':
      return open(state, command, now);
    case 'sign':
      return sign(state, command.signedBy, command.disburseAfterMs, now);
    case 'decline':
      return decline(state, now);
    case 'disburse':
      return disburse(state, command.payEveryMs, now);
    case 'repay':
      return repay(state, command.instalments, now);
    case 'cancel':
      return cancel(state, now);
    case 'write-off':
      return writeOff(state, now);
    default:
      return command satisfies never;
  }
}
