import { type Contract, type ContractEvent, outstandingRupiah, type Terms } from './contract.ts';
import { scheduleOf } from './schedule.ts';

export type ContractCommand =
  | { type: 'open'; terms: Terms; parentSigned: boolean; disburseAfterMs: number }
  | { type: 'sign'; signedBy: string; disburseAfterMs: number }
  | { type: 'decline' }
  | { type: 'disburse'; payEveryMs: number }
  | { type: 'repay'; instalments: number[] }
  /** The caller takes the contract back. */
  | { type: 'cancel' }
  | { type: 'write-off' };

export type Refusal =
  | { refusal: 'other-terms' }
  | { refusal: 'principal-too-small' }
  | { refusal: 'parent-not-signed' }
  | { refusal: 'not-open' }
  | { refusal: 'declined-already' }
  | { refusal: 'signed-already' }
  | { refusal: 'not-signed' }
  | { refusal: 'too-early' }
  | { refusal: 'paid-out' }
  | { refusal: 'not-repayable' }
  | { refusal: 'no-such-instalment'; instalment: number }
  | { refusal: 'already-repaid'; instalment: number };

/** No events: what was asked for is there already. */
export type Decision = { events: ContractEvent[] } | Refusal;

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
  if (state.status !== 'unopened') return sameTerms(state.terms, terms) ? { events: [] } : { refusal: 'other-terms' };
  if (terms.principalRupiah < terms.instalments) return { refusal: 'principal-too-small' };
  const opened: ContractEvent = { type: 'opened', at: now.toISOString(), terms };
  if (terms.parentContractNo === null) return { events: [opened] };
  if (!parentSigned) return { refusal: 'parent-not-signed' };
  return { events: [opened, signed(null, now, disburseAfterMs)] };
}

function sign(state: Contract, signedBy: string, disburseAfterMs: number, now: Date): Decision {
  if (state.status === 'unopened') return { refusal: 'not-open' };
  if (state.status === 'declined' || state.status === 'cancelled') return { refusal: 'declined-already' };
  return { events: state.status === 'pending-signature' ? [signed(signedBy, now, disburseAfterMs)] : [] };
}

function decline(state: Contract, now: Date): Decision {
  if (state.status === 'unopened') return { refusal: 'not-open' };
  if (state.status === 'declined') return { events: [] };
  return state.status === 'pending-signature'
    ? { events: [{ type: 'declined', at: now.toISOString() }] }
    : { refusal: 'signed-already' };
}

function disburse(state: Contract, payEveryMs: number, now: Date): Decision {
  const { status } = state;
  if (status === 'unopened' || status === 'pending-signature' || status === 'declined' || status === 'cancelled')
    return { refusal: 'not-signed' };
  if (state.status !== 'signed') return { events: [] };
  if (now < new Date(state.disburseAt)) return { refusal: 'too-early' };
  const schedule = scheduleOf(state.terms.principalRupiah, state.terms.instalments, now);
  return {
    events: [{ type: 'disbursed', at: now.toISOString(), schedule, ...(payEveryMs === 0 ? {} : { payEveryMs }) }],
  };
}

function repay(state: Contract, instalments: number[], now: Date): Decision {
  if (state.status !== 'disbursed' && state.status !== 'repaying') return { refusal: 'not-repayable' };
  const at = now.toISOString();
  const paid = new Set(state.repayments.map(({ instalment }) => instalment));
  const events: ContractEvent[] = [];
  for (const instalment of instalments) {
    const due = state.schedule.find((row) => row.instalment === instalment);
    if (due === undefined) return { refusal: 'no-such-instalment', instalment };
    if (paid.has(instalment)) return { refusal: 'already-repaid', instalment };
    paid.add(instalment);
    events.push({ type: 'repaid', at, number: paid.size, instalment, amountRupiah: due.amountRupiah });
  }
  if (paid.size === state.schedule.length)
    events.push({ type: 'completed', at, totalRupiah: state.terms.principalRupiah });
  return { events };
}

function cancel(state: Contract, now: Date): Decision {
  if (state.status === 'unopened') return { refusal: 'not-open' };
  if (state.status === 'pending-signature' || state.status === 'signed')
    return { events: [{ type: 'cancelled', at: now.toISOString() }] };
  return state.status === 'cancelled' || state.status === 'declined' ? { events: [] } : { refusal: 'paid-out' };
}

function writeOff(state: Contract, now: Date): Decision {
  if (state.status === 'written-off') return { events: [] };
  if (state.status !== 'disbursed' && state.status !== 'repaying') return { refusal: 'not-repayable' };
  return { events: [{ type: 'written-off', at: now.toISOString(), amountRupiah: outstandingRupiah(state) }] };
}

/** What the partner makes of a command: events, in order, or the reason why not. `now` stamps every event. */
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
