import {
  type commitmentClosed,
  type commitmentConfirmed,
  type ConfirmedLine,
  type contractCancelled,
  type contractDeclined,
  type contractForwarded,
  type contractSigned,
  type EventOf,
  type fundRelent,
  type lineReleased,
  type loanDisbursed,
  type loanRepaid,
  type loanWrittenOff,
  type Msme,
  type msmeDelisted,
  type msmeListed,
  type msmeUpdated,
  type needCoverageChanged,
  type repaymentReceived,
} from '@ksbb/contracts';
import { RejectedEvent, RetryLater } from '@ksbb/messaging';
import { type CapitalNeed, type Fund, postDisbursement, postRepayment, postWriteOff } from './fund/open-fund.ts';
import type { Loans, Terms } from './loans/open-loans.ts';
import { eventType, PayloadTooLarge, type Webhooks } from './webhooks/open-webhooks.ts';

/** The modules on which the reactions work. */
export type Modules = {
  loans: Pick<Loans, 'request' | 'cancel' | 'watch'>;
  fund: Pick<Fund, 'relender' | 'postings' | 'candidates'>;
  webhooks: Pick<Webhooks, 'notify'>;
};

type CapitalLine = Extract<ConfirmedLine, { package: 'capital' }>;
type Confirmed = EventOf<typeof commitmentConfirmed>;

const capitalLines = (event: Confirmed): CapitalLine[] => event.data.lines.filter((line) => line.package === 'capital');

/** The district of a kelurahan: the first three parts of its Kemendagri code. */
const kecamatanOf = (kodeKelurahan: string) => kodeKelurahan.split('.').slice(0, 3).join('.');

async function requestLoan(
  { loans }: Pick<Modules, 'loans'>,
  { collaborationId }: Confirmed['data'],
  line: CapitalLine,
  money: Pick<Terms, 'lots' | 'relentFrom'>,
): Promise<void> {
  const { lineId: loanId, msmeId, msmeName, area, partner, amountRupiah, instalments } = line;
  const { kelurahan } = area;
  const kodeKecamatan = kecamatanOf(area.kodeKelurahan);
  const about = { loanId, collaborationId, msmeId, msmeName, kelurahan, kodeKecamatan };
  const refusal = await loans.request({ ...about, partner, amountRupiah, instalments, ...money });
  if (refusal !== null) throw new RejectedEvent(`loan ${loanId} at ${partner}: ${refusal.refused}`);
}

/** Each capital line of a donor becomes a loan of new money. */
export async function requestLoansWhenDonorCommits(event: Confirmed, modules: Pick<Modules, 'loans'>): Promise<void> {
  const { origin, collaborationId: donorCollaborationId } = event.data;
  if (origin.kind !== 'donor') return;
  for (const line of capitalLines(event)) {
    const lots = [{ donorCollaborationId, generation: 1, amountRupiah: line.amountRupiah }];
    await requestLoan(modules, event.data, line, { lots, relentFrom: null });
  }
}

/**
 * A proposal of repaid money has become a commitment: its lots leave the pool, and the loan that they pay is requested.
 * These are two aggregates, one after the other; a repeat after a crash finds the lots in the first.
 */
export async function requestLoanWhenRelendIsConfirmed(
  event: Confirmed,
  modules: Pick<Modules, 'loans' | 'fund'>,
): Promise<void> {
  const { origin, collaborationId } = event.data;
  if (origin.kind !== 'relend') return;
  const [line, ...others] = capitalLines(event);
  if (line === undefined || others.length > 0) throw new RejectedEvent('a proposal becomes exactly one capital line');
  const { relendId } = origin;
  const { lineId: loanId, msmeId, partner, amountRupiah } = line;
  const { relender } = modules.fund;
  const money = await relender.confirm({ relendId, loanId, collaborationId, msmeId, partner, amountRupiah });
  await requestLoan(modules, event.data, line, money);
  await relender.proposeRestOf(relendId);
}

/** The need of the MSME that money was proposed to is covered by others: the money is proposed to the next. */
export async function tryTheNextWhenNothingWasCovered(
  { data: { origin, outcome } }: EventOf<typeof commitmentClosed>,
  { fund }: Modules,
): Promise<void> {
  if (origin.kind === 'relend' && outcome === 'nothing-covered') await fund.relender.refuse(origin.relendId);
}

/** Only these reasons come from outside; the others follow from what is known here already. */
const FROM_OUTSIDE = new Set(['msme-delisted', 'withdrawn']);

/** The loan of a released line is not to be paid out. Money that is paid out already stays a loan. */
export async function cancelLoanWhenLineIsReleased(
  { data }: EventOf<typeof lineReleased>,
  { loans }: Modules,
): Promise<void> {
  if (data.package !== 'capital' || !FROM_OUTSIDE.has(data.reason)) return;
  const refusal = await loans.cancel(data.lineId, data.reason);
  if (refusal?.refused === 'no-such-loan') throw new RetryLater(`loan ${data.lineId} is not requested yet`);
}

/** The partner has the contract: from now on it is asked for the loan where it is quiet for long. */
export async function watchLoanWhenContractIsForwarded(
  { data: { loanId, partner } }: EventOf<typeof contractForwarded>,
  { loans }: Modules,
): Promise<void> {
  await loans.watch(loanId, partner);
}

/** There will be no loan: money that was relent goes back to where it came from. */
export async function takeMoneyBackWhenContractEnds(
  { data }: EventOf<typeof contractDeclined | typeof contractCancelled>,
  { fund }: Modules,
): Promise<void> {
  await fund.relender.takeBack(data.loanId);
}

export async function openRelendingWhenLoanIsRepaid(
  { data: { loanId, partner, lots } }: EventOf<typeof loanRepaid>,
  { fund }: Modules,
): Promise<void> {
  await fund.relender.open(loanId, partner, lots);
}

/** What came back before the rest was lost is relent. */
export async function openRelendingWhenLoanIsWrittenOff(
  { data: { loanId, partner, repaidLots } }: EventOf<typeof loanWrittenOff>,
  { fund }: Modules,
): Promise<void> {
  if (repaidLots.length > 0) await fund.relender.open(loanId, partner, repaidLots);
}

export async function postDisbursementWhenLoanIsDisbursed(
  { id, data }: EventOf<typeof loanDisbursed>,
  { fund }: Modules,
): Promise<void> {
  await fund.postings.add(id, postDisbursement(data));
}

export async function postRepaymentWhenItIsReceived(
  { id, data }: EventOf<typeof repaymentReceived>,
  { fund }: Modules,
): Promise<void> {
  await fund.postings.add(id, postRepayment(data));
}

export async function postLossWhenLoanIsWrittenOff(
  { id, data }: EventOf<typeof loanWrittenOff>,
  { fund }: Modules,
): Promise<void> {
  await fund.postings.add(id, postWriteOff(data));
}

/** What the choice of the next MSME needs to know of one. It counts while it is listed and verified. */
export function capitalNeedOf(
  { needs, area, verified }: Pick<Msme, 'needs' | 'area' | 'verified'>,
  isListed: boolean,
): CapitalNeed {
  const need = needs.find((one) => one.package === 'capital');
  return {
    kodeKecamatan: kecamatanOf(area.kodeKelurahan),
    eligible: isListed && verified,
    needId: need?.needId ?? null,
    declaredRupiah: need?.amountRupiah ?? 0,
    declaredAt: need?.declaredAt ?? null,
  };
}

export async function keepCandidateWhileMsmeIsListed(
  { data, version }: EventOf<typeof msmeListed | typeof msmeUpdated>,
  { fund }: Modules,
): Promise<void> {
  await fund.candidates.putNeed(data.msmeId, version, capitalNeedOf(data, true));
}

export async function dropCandidateWhenMsmeIsDelisted(
  { data, version }: EventOf<typeof msmeDelisted>,
  { fund }: Modules,
): Promise<void> {
  await fund.candidates.putNeed(data.msmeId, version, capitalNeedOf(data, false));
}

export async function keepOpenNeedWhenCoverageChanges(
  { data, version }: EventOf<typeof needCoverageChanged>,
  { fund }: Modules,
): Promise<void> {
  const open = data.needs.filter((need) => need.package === 'capital').reduce((sum, need) => sum + need.open, 0);
  await fund.candidates.putOpen(data.msmeId, version, open);
}

type OwnEvent = EventOf<
  | typeof contractForwarded
  | typeof contractSigned
  | typeof contractDeclined
  | typeof contractCancelled
  | typeof loanDisbursed
  | typeof repaymentReceived
  | typeof loanRepaid
  | typeof loanWrittenOff
  | typeof fundRelent
>;

/** The endpoints of a loan's partner are notified of what happens to it. The donor's own link is left out. */
export async function notifyPartner({ id, type, time, data: all }: OwnEvent, { webhooks }: Modules): Promise<void> {
  const { signUrl: _, ...data } = { signUrl: null, ...all };
  try {
    await webhooks.notify({
      partner: data.partner,
      eventType: eventType.parse(type.split('.')[2]),
      key: id,
      at: time,
      data,
    });
  } catch (error) {
    if (error instanceof PayloadTooLarge) throw new RejectedEvent(error.message);
    throw error;
  }
}
