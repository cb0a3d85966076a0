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
import { type Database, type DocumentStore, openStore, type Relay } from '@ksbb/document-store';
import { evolve, type Loan, type LoanEvent, noLoan } from '../core/loan.ts';

const COLLECTION = 'loans';
/** More lines than a commitment can have. */
const LOANS_OF_A_COLLABORATION = 1_000;

export type Loans = DocumentStore<Loan, LoanEvent> & {
  /** The loans of one collaboration, in the order of its lines. */
  ofCollaboration: (collaborationId: string) => Promise<Loan[]>;
  /** Codes of the districts in which a partner has a loan that came about, or still may. */
  reachedKecamatan: (partner: Partner) => Promise<Set<string>>;
  /** Parked loans in the order of their ids, after one of them. */
  parked: (limit: number, after: string | null) => Promise<Loan[]>;
  countByStatus: () => Promise<{ status: string; count: number }[]>;
};

type Parts = { connection: Database['connection']; relay: Relay; clock: () => Date };

const lineNumber = (loanId: string) => Number(loanId.slice(loanId.lastIndexOf('.') + 1));

export async function openLoans(parts: Parts): Promise<Loans> {
  const store = await openStore<Loan, LoanEvent>(
    {
      collection: COLLECTION,
      initial: noLoan,
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
    },
    parts,
  );
  const collection = parts.connection.collection(COLLECTION);
  await collection.createIndex({ 'state.terms.partner': 1, 'state.terms.kodeKecamatan': 1 });
  return {
    ...store,
    ofCollaboration: async (collaborationId) => {
      // '.' to '/', its successor: every id that begins so, found by the order of ids.
      const found = await store.find(
        { _id: { $gte: `${collaborationId}.`, $lt: `${collaborationId}/` } },
        LOANS_OF_A_COLLABORATION,
      );
      return found.sort((a, b) => lineNumber(a.id) - lineNumber(b.id)).map(({ state }) => state);
    },
    reachedKecamatan: async (partner) => {
      const filter = { 'state.terms.partner': partner, 'state.status': { $nin: ['declined', 'cancelled'] } };
      return new Set((await collection.distinct('state.terms.kodeKecamatan', filter as object)) as string[]);
    },
    parked: async (limit, after) => {
      const later = after === null ? {} : { _id: { $gt: after } };
      const found = await collection
        .find({ ...later, 'state.status': 'parked' } as object)
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ state }) => state as Loan);
    },
    countByStatus: async () => {
      const groups = await collection.aggregate([{ $group: { _id: '$state.status', count: { $sum: 1 } } }]).toArray();
      return groups.map(({ _id, count }) => ({ status: String(_id), count: Number(count) }));
    },
  };
}
