export type Borrower = { id: string; name: string; area: string };

/** `parentContractNo` names the donor's signed contract that a relent contract belongs to. */
export type Terms = {
  borrower: Borrower;
  principalRupiah: number;
  instalments: number;
  parentContractNo: string | null;
};

/** `dueDate` is a day in Jakarta, `YYYY-MM-DD`. */
export type Instalment = { instalment: number; dueDate: string; amountRupiah: number };

/** `number` counts the repayments of a contract from 1; `sequence` is the place of the event among all of them. */
export type Repayment = { number: number; instalment: number; amountRupiah: number; sequence: number; paidAt: string };

/** `at` is RFC 3339 UTC. An event's index in the contract's list is its sequence. `opened` has 0 and no callback. */
export type ContractEvent =
  | { type: 'opened'; at: string; terms: Terms }
  | { type: 'signed'; at: string; signedBy: string | null; disburseAt: string }
  | { type: 'declined'; at: string }
  /** `payEveryMs`: how long a month lasts for a borrower who pays automatically. */
  | { type: 'disbursed'; at: string; schedule: Instalment[]; payEveryMs?: number }
  | { type: 'repaid'; at: string; number: number; instalment: number; amountRupiah: number }
  | { type: 'completed'; at: string; totalRupiah: number }
  | { type: 'cancelled'; at: string }
  | { type: 'written-off'; at: string; amountRupiah: number };

type Opened = { terms: Terms; openedAt: string; sequence: number };
type Signed = Opened & { signedAt: string; signedBy: string | null };
type Disbursed = Signed & { disbursedAt: string; schedule: Instalment[]; repayments: Repayment[]; payEveryMs: number };

export type Contract =
  | { status: 'unopened' }
  | ({ status: 'pending-signature' } & Opened)
  | ({ status: 'declined'; declinedAt: string } & Opened)
  | ({ status: 'signed'; disburseAt: string } & Signed)
  | ({ status: 'disbursed' } & Disbursed)
  | ({ status: 'repaying' } & Disbursed)
  | ({ status: 'completed'; completedAt: string } & Disbursed)
  | ({ status: 'written-off'; writtenOffAt: string; writtenOffRupiah: number } & Disbursed)
  | ({ status: 'cancelled'; cancelledAt: string; signedAt: string | null } & Opened);

export const initialState: Contract = { status: 'unopened' };

export type OpenedContract = Exclude<Contract, { status: 'unopened' }>;

function impossible(state: Contract, event: ContractEvent): Error {
  return new Error(`a contract that is ${state.status} cannot have been ${event.type}`);
}

/** The state after `event`. @throws Error where the event cannot follow the state: the stored data is damaged. */
export function evolve(state: Contract, event: ContractEvent): Contract {
  switch (event.type) {
    case 'opened':
      if (state.status !== 'unopened') throw impossible(state, event);
      return { status: 'pending-signature', terms: event.terms, openedAt: event.at, sequence: 0 };
    case 'signed': {
      if (state.status !== 'pending-signature') throw impossible(state, event);
      const { signedBy, disburseAt, at } = event;
      return { ...state, status: 'signed', sequence: state.sequence + 1, signedAt: at, signedBy, disburseAt };
    }
    case 'declined':
      if (state.status !== 'pending-signature') throw impossible(state, event);
      return { ...state, status: 'declined', sequence: state.sequence + 1, declinedAt: event.at };
    case 'disbursed': {
      if (state.status !== 'signed') throw impossible(state, event);
      const { disburseAt: _, ...signed } = state;
      const { schedule, at, payEveryMs = 0 } = event;
      return {
        ...signed,
        status: 'disbursed',
        sequence: state.sequence + 1,
        disbursedAt: at,
        schedule,
        repayments: [],
        payEveryMs,
      };
    }
    case 'repaid': {
      if (state.status !== 'disbursed' && state.status !== 'repaying') throw impossible(state, event);
      const sequence = state.sequence + 1;
      const { number, instalment, amountRupiah, at } = event;
      const repayments = [...state.repayments, { number, instalment, amountRupiah, sequence, paidAt: at }];
      return { ...state, status: 'repaying', sequence, repayments };
    }
    case 'completed':
      if (state.status !== 'repaying') throw impossible(state, event);
      return { ...state, status: 'completed', sequence: state.sequence + 1, completedAt: event.at };
    case 'cancelled': {
      if (state.status !== 'pending-signature' && state.status !== 'signed') throw impossible(state, event);
      const { terms, openedAt, sequence } = state;
      const signedAt = state.status === 'signed' ? state.signedAt : null;
      return { status: 'cancelled', terms, openedAt, signedAt, sequence: sequence + 1, cancelledAt: event.at };
    }
    case 'written-off':
      if (state.status !== 'disbursed' && state.status !== 'repaying') throw impossible(state, event);
      return {
        ...state,
        status: 'written-off',
        sequence: state.sequence + 1,
        writtenOffAt: event.at,
        writtenOffRupiah: event.amountRupiah,
      };
    default:
      return event satisfies never;
  }
}

/** The state after all events of a contract. @throws Error where there are none. */
export function contractOf(events: readonly ContractEvent[]): OpenedContract {
  const state = events.reduce(evolve, initialState);
  if (state.status === 'unopened') throw new Error('a contract without events');
  return state;
}

/** What the borrower has paid back so far, in rupiah. */
export function repaidRupiah(state: OpenedContract): number {
  return 'repayments' in state ? state.repayments.reduce((sum, { amountRupiah }) => sum + amountRupiah, 0) : 0;
}

/** What the borrower still owes, in rupiah: nothing before the disbursement and nothing after the write-off. */
export function outstandingRupiah(state: OpenedContract): number {
  if (state.status === 'written-off') return 0;
  return 'schedule' in state ? state.terms.principalRupiah - repaidRupiah(state) : 0;
}

/** What a contract shows to callers: null, zero or empty until it is known. */
export function detailsOf(state: OpenedContract) {
  const repayments = 'repayments' in state ? state.repayments : [];
  const schedule = 'schedule' in state ? state.schedule : [];
  const paid = new Set(repayments.map(({ instalment }) => instalment));
  return {
    repayments,
    schedule: schedule.map((instalment) => ({ ...instalment, paid: paid.has(instalment.instalment) })),
    repaidRupiah: repaidRupiah(state),
    outstandingRupiah: outstandingRupiah(state),
    writtenOffRupiah: 'writtenOffRupiah' in state ? state.writtenOffRupiah : 0,
    signedAt: 'signedAt' in state ? state.signedAt : null,
    declinedAt: 'declinedAt' in state ? state.declinedAt : null,
    disbursedAt: 'disbursedAt' in state ? state.disbursedAt : null,
    completedAt: 'completedAt' in state ? state.completedAt : null,
    cancelledAt: 'cancelledAt' in state ? state.cancelledAt : null,
    writtenOffAt: 'writtenOffAt' in state ? state.writtenOffAt : null,
  };
}
