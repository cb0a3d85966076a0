import type { commitmentConfirmed, ConfirmedLine, EventOf, Lot } from '@ksbb/contracts';
import { RejectedEvent } from '@ksbb/messaging';
import { decide, type LoanRefusal } from '../loans/core/decide.ts';
import type { Terms } from '../loans/core/loan.ts';
import type { Reactions } from './reactions.ts';

export type CapitalLine = Extract<ConfirmedLine, { package: 'capital' }>;

export function capitalLines(event: EventOf<typeof commitmentConfirmed>): CapitalLine[] {
  return event.data.lines.filter((line) => line.package === 'capital');
}

/** The district of a kelurahan: the first three parts of its Kemendagri code. */
export function kecamatanOf(kodeKelurahan: string): string {
  return kodeKelurahan.split('.').slice(0, 3).join('.');
}

/** The loan that pays a line, with whose money it is and where that money was before. */
export function termsOf(
  collaborationId: string,
  line: CapitalLine,
  lots: Lot[],
  relentFrom: Terms['relentFrom'],
): Terms {
  return {
    loanId: line.lineId,
    collaborationId,
    msmeId: line.msmeId,
    msmeName: line.msmeName,
    kelurahan: line.area.kelurahan,
    kodeKecamatan: kecamatanOf(line.area.kodeKelurahan),
    partner: line.partner,
    amountRupiah: line.amountRupiah,
    instalments: line.instalments,
    lots,
    relentFrom,
  };
}

/**
 * Requests a loan and puts it on its way to the partner; a repeat changes nothing. The job is added after the loan, and
 * again by a repeat, so that a crash in between loses none; the forwarder drops a job whose loan needs it no more.
 */
export async function requestLoan({ loans, jobs, nudge, clock }: Reactions, terms: Terms): Promise<void> {
  const result = await loans.decide<LoanRefusal>(terms.loanId, (loan) =>
    decide(loan, { kind: 'request', terms }, clock()),
  );
  if ('refused' in result) throw new RejectedEvent(`loan ${terms.loanId}: ${result.refused}`);
  if (result.state.status !== 'requested') return;
  await jobs.add(terms.loanId, terms.partner, clock());
  nudge(terms.partner);
}
