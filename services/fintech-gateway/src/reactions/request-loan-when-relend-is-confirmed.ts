import type { commitmentConfirmed, EventOf } from '@ksbb/contracts';
import { RejectedEvent } from '@ksbb/messaging';
import { contractOf } from '../loans/core/loan.ts';
import { decide, type RelendingRefusal } from '../fund/relending/decide.ts';
import { relendingIdOfProposal } from '../fund/relending/relending.ts';
import type { Reactions } from './reactions.ts';
import { capitalLines, requestLoan, termsOf } from './request-loan.ts';

/**
 * A proposal of repaid money has become a commitment: its lots leave the pool, and the loan that they pay is requested.
 * Two aggregates, one after the other; where the second was not reached, a repeat finds the lots in the first.
 */
export async function requestLoanWhenRelendIsConfirmed(
  event: EventOf<typeof commitmentConfirmed>,
  deps: Reactions,
): Promise<void> {
  const { origin, collaborationId } = event.data;
  if (origin.kind !== 'relend') return;
  const [line, ...others] = capitalLines(event);
  if (line === undefined || others.length > 0) throw new RejectedEvent('a proposal becomes exactly one capital line');
  const { relendId } = origin;
  const { lineId: loanId, msmeId, partner, amountRupiah } = line;
  const command = { kind: 'confirm', relendId, loanId, collaborationId, msmeId, partner, amountRupiah } as const;
  const relending = await deps.relendings.decide<RelendingRefusal>(relendingIdOfProposal(relendId), (state) =>
    decide(state, command),
  );
  if ('refused' in relending) throw new RejectedEvent(`${relendId}: ${relending.refused}`);
  if (relending.state.status === 'unknown') throw new RejectedEvent(`${relendId} was never proposed`);

  const relent = relending.state.relent.find((one) => one.relendId === relendId);
  const from = await deps.loans.load(relending.state.origin.loanId);
  const contract = from === null ? null : contractOf(from.state);
  if (relent === undefined || from === null || contract === null)
    throw new RejectedEvent(`${relendId} comes from no known loan`);
  const relentFrom = { loanId: from.id, partnerContractId: contract.partnerContractId };
  await requestLoan(deps, termsOf(collaborationId, line, relent.lots, relentFrom));
  await deps.lendOn.propose(relending.id);
}
