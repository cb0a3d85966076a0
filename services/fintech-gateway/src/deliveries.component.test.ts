import {
  commitmentClosed,
  commitmentConfirmed,
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  type Envelope,
  envelope,
  type EventDefinition,
  fundRelent,
  lineReleased,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  needCoverageChanged,
  repaymentReceived,
} from '@ksbb/contracts';
import { describeDeliveries } from '@ksbb/testkit/deliveries';
import { createRelender } from './fund/relender.ts';
import { openCandidates } from './fund/stores/candidates.ts';
import { openPostings } from './fund/stores/postings.ts';
import { openRelendings } from './fund/stores/relendings.ts';
import { decide, type LoanRefusal } from './loans/core/decide.ts';
import { createLoanCommands } from './loans/loan-commands.ts';
import { openJobs } from './loans/stores/jobs.ts';
import { type LoanStore, openLoanStore } from './loans/stores/loans.ts';
import type { Modules } from './reactions.ts';
import { subscriptions } from './subscriptions.ts';
import { taken } from './testing/example-loan.ts';
import { createWebhookOutbox } from './webhooks/outbox.ts';
import { openWebhookDeliveries } from './webhooks/stores/deliveries.ts';
import { openWebhookEndpoints } from './webhooks/stores/endpoints.ts';
import { openWebhookMessages } from './webhooks/stores/messages.ts';

const now = new Date('2026-11-24T03:00:00.000Z');
const AMOUNT = 6_000_000;
/** Repaid loans whose money was refused, was confirmed, comes back, and is repaid just now. */
const [refused, confirmed, returned, repaid] = [
  'KSBB-0000-0000-0011',
  'KSBB-0000-0000-0022',
  'KSBB-0000-0000-0033',
  'KSBB-0000-0000-0044',
];
/**
 * Repaid, and what its money became, which is taken back; a loan whose line is released; one of which a part is lost.
 */
const [cancelledFrom, ofCancelled, withdrawn, lost] = [
  'KSBB-0000-0000-0099',
  'KSBB-0000-0000-00AA',
  'KSBB-0000-0000-00BB',
  'KSBB-0000-0000-00CC',
];
/** What the money of two of them became, and a new donor's commitment. */
const [ofConfirmed, ofReturned, donated] = ['KSBB-0000-0000-0055', 'KSBB-0000-0000-0066', 'KSBB-0000-0000-0077'];

const event = (definition: EventDefinition, subject: string, version: number, data: object): Envelope =>
  envelope(definition, subject, version, { ...definition.example, ...data }, now);
const loanOf = (collaborationId: string) => ({
  loanId: `${collaborationId}.2`,
  collaborationId,
  msmeId: 'first',
  partner: 'amanah' as const,
});
const lots = (collaborationId: string, amountRupiah = AMOUNT) => [
  { donorCollaborationId: collaborationId, generation: 1, amountRupiah },
];

function capitalLine(collaborationId: string, msmeId: string) {
  const capital = commitmentConfirmed.data
    .parse(commitmentConfirmed.example)
    .lines.find((line) => line.package === 'capital');
  return { ...capital, lineId: `${collaborationId}.2`, msmeId, needId: `${msmeId}.capital`, amountRupiah: AMOUNT };
}
const donates = (collaborationId: string, version = 1) =>
  event(commitmentConfirmed, collaborationId, version, {
    collaborationId,
    lines: [capitalLine(collaborationId, 'first')],
  });
const relends = (from: string, collaborationId: string) =>
  event(commitmentConfirmed, collaborationId, 1, {
    collaborationId,
    origin: { kind: 'relend', relendId: `relend.${from}.2.1` },
    donorName: null,
    lines: [capitalLine(collaborationId, 'first')],
  });
const isRepaid = (collaborationId: string) =>
  event(loanRepaid, `${collaborationId}.2`, 9, {
    ...loanOf(collaborationId),
    amountRupiah: AMOUNT,
    lots: lots(collaborationId),
  });

/** An MSME that declared its need in this month; who waits longest is next. */
function msme(definition: EventDefinition, msmeId: string, version: number, month: number, amountRupiah = AMOUNT) {
  const needs = [
    {
      needId: `${msmeId}.capital`,
      package: 'capital',
      amountRupiah,
      declaredAt: `2026-${String(month).padStart(2, '0')}-01T00:00:00.000Z`,
    },
  ];
  return event(definition, msmeId, version, { msmeId, needs });
}
const coverage = (msmeId: string, version: number, open: number) =>
  event(needCoverageChanged, msmeId, version, {
    msmeId,
    needs: [
      {
        needId: `${msmeId}.capital`,
        package: 'capital',
        declared: AMOUNT,
        promised: AMOUNT - open,
        delivered: 0,
        open,
      },
    ],
  });

const repayment = (version: number, instalment: number) =>
  event(repaymentReceived, `${repaid}.2`, version, {
    ...loanOf(repaid),
    repaymentId: `R${instalment}`,
    instalment,
    lots: lots(repaid, 2_000_000),
  });

let loans: LoanStore;
let relender: ReturnType<typeof createRelender>;

async function takenByPartner(loanId: string): Promise<void> {
  const result = await loans.decide<LoanRefusal>(loanId, (loan) =>
    decide(loan, { type: 'record-report', partner: 'amanah', report: taken }, now),
  );
  if ('refused' in result) throw new Error(`${loanId}: ${result.refused}`);
}

describeDeliveries('fintech-gateway', {
  subscriptions,
  // The modules without their loops, so that only deliveries change anything.
  open: async (environment) => {
    const { connection, clock } = environment;
    loans = await openLoanStore(environment);
    const jobs = await openJobs(connection, 'forwarding');
    const watching = await openJobs(connection, 'watching');
    const commands = createLoanCommands({ loans, jobs, hasPartner: () => true, notify: () => undefined, clock });
    const relendings = await openRelendings(environment);
    const candidates = await openCandidates(connection);
    relender = createRelender({
      loans: { find: loans.known, reachedKecamatan: loans.reachedKecamatan },
      relendings,
      candidates,
      needsApproval: () => false,
    });
    const outbox = createWebhookOutbox({
      endpoints: await openWebhookEndpoints(connection),
      messages: await openWebhookMessages(connection),
      deliveries: await openWebhookDeliveries(connection),
      enqueue: () => false,
      dispatch: () => undefined,
      clock,
    });
    const modules: Modules = {
      loans: { ...commands, watch: (loanId, partner) => watching.add(loanId, partner, now) },
      fund: { relender, candidates, postings: await openPostings(connection) },
      webhooks: { notify: outbox.notify },
    };
    return modules;
  },
  given: async (_modules, deliver) => {
    for (const [at, msmeId] of ['first', 'second', 'third'].entries())
      await deliver(msme(msmeListed, msmeId, 1, at + 1));
    for (const collaborationId of [refused, confirmed, returned, repaid, cancelledFrom, lost]) {
      await deliver(donates(collaborationId));
      await takenByPartner(`${collaborationId}.2`);
    }
    await deliver(donates(withdrawn));
    for (const collaborationId of [refused, confirmed, returned, cancelledFrom])
      await deliver(isRepaid(collaborationId));
    await deliver(relends(returned, ofReturned));
    await deliver(relends(cancelledFrom, ofCancelled));
  },
  events: [
    donates(donated),
    relends(confirmed, ofConfirmed),
    event(commitmentClosed, 'KSBB-0000-0000-0088', 1, {
      collaborationId: 'KSBB-0000-0000-0088',
      origin: { kind: 'relend', relendId: `relend.${refused}.2.1` },
      outcome: 'nothing-covered',
    }),
    event(contractDeclined, `${ofReturned}.2`, 4, loanOf(ofReturned)),
    event(contractForwarded, `${donated}.2`, 3, { ...loanOf(donated), amountRupiah: AMOUNT }),
    event(contractSigned, `${donated}.2`, 4, loanOf(donated)),
    event(fundRelent, `relend.${confirmed}.2`, 3, { partner: 'amanah', fromLoanId: `${confirmed}.2` }),
    event(contractCancelled, `${ofCancelled}.2`, 4, loanOf(ofCancelled)),
    event(lineReleased, withdrawn, 2, {
      collaborationId: withdrawn,
      lineId: `${withdrawn}.2`,
      msmeId: 'first',
      package: 'capital',
      reason: 'withdrawn',
    }),
    event(loanWrittenOff, `${lost}.2`, 7, {
      ...loanOf(lost),
      amountRupiah: 4_000_000,
      lots: lots(lost, 4_000_000),
      repaidLots: lots(lost, 2_000_000),
    }),
    event(loanDisbursed, `${repaid}.2`, 4, { ...loanOf(repaid), amountRupiah: AMOUNT, lots: lots(repaid) }),
    repayment(5, 1),
    repayment(6, 2),
    isRepaid(repaid),
    msme(msmeListed, 'fourth', 1, 10),
    coverage('fourth', 1, AMOUNT),
    msme(msmeUpdated, 'fourth', 2, 10, 5_000_000),
    msme(msmeUpdated, 'fourth', 4, 10, 7_000_000),
    coverage('fourth', 3, 2_000_000),
    msme(msmeListed, 'fifth', 1, 11),
    msme(msmeDelisted, 'fifth', 2, 11),
    msme(msmeListed, 'fifth', 3, 11, 4_000_000),
  ],
  settle: () => relender.sweep(new AbortController().signal),
});
