import type {
  commitmentClosed,
  commitmentConfirmed,
  LineOutcome,
  lineDelivered,
  lineReceiptConfirmed,
  lineReleased,
  NewEvent,
  RequestedLine,
} from '@ksbb/contracts';
import { type Line, withReceipt, withRelease } from './line.ts';

type Closed = NewEvent<typeof commitmentClosed>['data'];
export type Origin = Closed['origin'];

/**
 * How the donor gets access again: hashes of the Idempotency-Key and of the body, which identify a repeated request,
 * and the slow hash of the PIN with its salt (docs/adr/0003-report-pin.md). All hexadecimal.
 */
export type Access = { key: string; body: string; pin: { salt: string; hash: string } };

/** A requested line with its number in the commitment: `<collaborationId>.<n>`, from 1, in the order asked. */
export type NumberedLine = RequestedLine & { lineId: string };

/** What the donor asked for. `access` is null for a relend, on which nobody reports. Times are RFC 3339 UTC. */
export type Request = {
  collaborationId: string;
  origin: Origin;
  donorName: string | null;
  lines: NumberedLine[];
  access: Access | null;
  requestedAt: string;
};

export type Reserving = { status: 'reserving'; request: Request };
/** `outcomes` has every requested line in the order asked, `lines` has the covered ones. */
export type Confirmed = {
  status: 'confirmed';
  request: Request;
  outcomes: LineOutcome[];
  confirmedAt: string;
  lines: Line[];
};
/** `confirmedAt` is null, and `lines` is empty, where nothing was covered. */
export type ClosedCommitment = Omit<Confirmed, 'status' | 'confirmedAt'> & {
  status: 'closed';
  confirmedAt: string | null;
  closedAt: string;
  outcome: Closed['outcome'];
};

/** A commitment whose reservation has ended. */
export type Holding = Confirmed | ClosedCommitment;

export type Commitment = { status: 'none' } | Reserving | Holding;
/** A commitment that was requested. */
export type MadeCommitment = Exclude<Commitment, { status: 'none' }>;

/** `Private` stays in this service: the contract of the event does not have these members and drops them. */
type With<Event extends { data: object }, Private> = Omit<Event, 'data'> & { data: Event['data'] & Private };

export type CommitmentEvent =
  | { type: 'commitment-requested'; data: Request }
  | With<NewEvent<typeof commitmentConfirmed>, { outcomes: LineOutcome[] }>
  | With<NewEvent<typeof lineDelivered>, { note: string }>
  | With<NewEvent<typeof lineReceiptConfirmed>, { note: string | null }>
  | NewEvent<typeof lineReleased>
  /** Has `outcomes` where nothing was covered. In every other case the state has them already. */
  | With<NewEvent<typeof commitmentClosed>, { outcomes?: LineOutcome[] }>;

export const initialState: Commitment = { status: 'none' };

function holding(state: Commitment, event: CommitmentEvent): Holding {
  if (state.status === 'none' || state.status === 'reserving')
    throw new Error(`a commitment that is ${state.status} cannot have ${event.type}`);
  return state;
}

function withLine(state: Holding, lineId: string, change: (line: Line) => Line): Holding {
  return { ...state, lines: state.lines.map((line) => (line.terms.lineId === lineId ? change(line) : line)) };
}

/** The state after `event`. @throws Error where the event cannot follow the state, which means damaged data */
export function evolve(state: Commitment, event: CommitmentEvent): Commitment {
  switch (event.type) {
    case 'commitment-requested':
      return { status: 'reserving', request: event.data };
    case 'commitment-confirmed': {
      if (state.status !== 'reserving') throw new Error(`a commitment that is ${state.status} cannot be confirmed`);
      const { lines, outcomes, confirmedAt } = event.data;
      const open = lines.map((terms): Line => ({ terms, status: 'open', releaseReason: null, reports: [] }));
      return { status: 'confirmed', request: state.request, outcomes, confirmedAt, lines: open };
    }
    case 'line-delivered': {
      const { lineId, reportId, quantity, note, reportedAt } = event.data;
      const report = { reportId, reported: quantity, confirmed: null, note, receiptNote: null, reportedAt };
      return withLine(holding(state, event), lineId, (line) => ({ ...line, reports: [...line.reports, report] }));
    }
    case 'line-receipt-confirmed': {
      const { lineId, reportId, reportedAmount, confirmedAmount, note, confirmedAt } = event.data;
      const receipt = {
        reportId,
        reported: reportedAmount,
        confirmed: confirmedAmount,
        note: '',
        receiptNote: note,
        reportedAt: confirmedAt,
      };
      return withLine(holding(state, event), lineId, (line) => withReceipt(line, receipt));
    }
    case 'line-released': {
      const { lineId, reason } = event.data;
      return withLine(holding(state, event), lineId, (line) => withRelease(line, reason));
    }
    case 'commitment-closed': {
      const { closedAt, outcome, outcomes = [] } = event.data;
      const before =
        state.status === 'reserving'
          ? { request: state.request, outcomes, confirmedAt: null, lines: [] }
          : holding(state, event);
      return { ...before, status: 'closed', closedAt, outcome };
    }
    default:
      return event satisfies never;
  }
}

/** The line with that id. Undefined where the commitment does not hold it. */
export function lineOf(state: Commitment, lineId: string): Line | undefined {
  if (state.status !== 'confirmed' && state.status !== 'closed') return undefined;
  return state.lines.find(({ terms }) => terms.lineId === lineId);
}

/** The MSMEs that the commitment helps, each once, with the names they had when the commitment was confirmed. */
export function msmesOf(state: Commitment): { msmeId: string; msmeName: string; kelurahan: string }[] {
  if (state.status !== 'confirmed' && state.status !== 'closed') return [];
  const msmes = state.lines.map(({ terms: { msmeId, msmeName, area } }) => ({
    msmeId,
    msmeName,
    kelurahan: area.kelurahan,
  }));
  return [...new Map(msmes.map((msme) => [msme.msmeId, msme])).values()];
}
