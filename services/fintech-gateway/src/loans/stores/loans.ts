import {
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  type Partner,
  repaymentReceived,
} from '@ksbb/contracts';
import {
  type Database,
  defineSchema,
  type DocumentStore,
  openModel,
  openStore,
  type Relay,
} from '@ksbb/document-store';
import { Schema } from 'mongoose';
import { evolve, initialState, type KnownLoan, type Loan, type LoanEvent } from '../core/loan.ts';

const COLLECTION = 'loans';
/** More lines than a commitment can have. */
const LOANS_OF_A_COLLABORATION = 1_000;

export type LoanStore = DocumentStore<Loan, LoanEvent> & {
  /** A loan that was requested; null where there is none. */
  known: (loanId: string) => Promise<KnownLoan | null>;
  /** The loans of one collaboration, in the order of its lines. */
  ofCollaboration: (collaborationId: string) => Promise<Loan[]>;
  /** Codes of the districts in which a partner has a loan that was paid out or still may be. */
  reachedKecamatan: (partner: Partner) => Promise<Set<string>>;
  /** Suspended loans in the order of their ids, after one of them. */
  parked: (limit: number, after: string | null) => Promise<Loan[]>;
  countByStatus: () => Promise<{ status: string; count: number }[]>;
};

type Parts = { connection: Database['connection']; relay: Relay; clock: () => Date };

/** Reads what the document store writes, by other keys than the id. */
const loanSchema = defineSchema<{ _id: string; state: Loan }>({ _id: String, state: Schema.Types.Mixed });

const NEVER_PAID_OUT: KnownLoan['status'][] = ['declined', 'cancelled'];

const lineNumber = (loanId: string) => Number(loanId.slice(loanId.lastIndexOf('.') + 1));

export async function openLoanStore(parts: Parts): Promise<LoanStore> {
  const store = await openStore<Loan, LoanEvent>(
    {
      collection: COLLECTION,
      initial: initialState,
      evolve,
      publishes: [
        contractForwarded,
        contractSigned,
        contractDeclined,
        contractCancelled,
        loanDisbursed,
        repaymentReceived,
        loanRepaid,
        loanWrittenOff,
      ],
      indexes: [{ 'state.terms.partner': 1, 'state.terms.kodeKecamatan': 1 }],
    },
    parts,
  );
  const model = await openModel(parts.connection, COLLECTION, loanSchema);
  return {
    ...store,
    known: async (loanId) => {
      const loan = (await store.load(loanId))?.state;
      return loan === undefined || loan.status === 'unknown' ? null : loan;
    },
    ofCollaboration: async (collaborationId) => {
      // '/' follows '.', so the range holds every id that begins with the collaboration's.
      const ids = { $gte: `${collaborationId}.`, $lt: `${collaborationId}/` };
      const found = await store.find({ _id: ids }, LOANS_OF_A_COLLABORATION);
      return found.sort((a, b) => lineNumber(a.id) - lineNumber(b.id)).map(({ state }) => state);
    },
    reachedKecamatan: async (partner) => {
      const open = { 'state.terms.partner': partner, 'state.status': { $nin: NEVER_PAID_OUT } };
      return new Set((await model.distinct('state.terms.kodeKecamatan', open)).map(String));
    },
    parked: async (limit, after) => {
      const later = after === null ? {} : { _id: { $gt: after } };
      const found = await model
        .find({ ...later, 'state.status': 'parked' })
        .sort({ _id: 1 })
        .limit(limit)
        .lean();
      return found.map(({ state }) => state);
    },
    countByStatus: () =>
      model.aggregate<{ status: string; count: number }>([
        { $group: { _id: '$state.status', count: { $sum: 1 } } },
        { $project: { _id: 0, status: '$_id', count: 1 } },
      ]),
  };
}
