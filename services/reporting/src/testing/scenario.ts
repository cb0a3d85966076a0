import {
  attendanceRecorded,
  commitmentClosed,
  commitmentConfirmed,
  type ConfirmedLine,
  contractCancelled,
  contractDeclined,
  contractForwarded,
  contractSigned,
  type Envelope,
  envelope,
  type EventDefinition,
  fundRelent,
  lineDelivered,
  lineReceiptConfirmed,
  lineReleased,
  loanDisbursed,
  loanRepaid,
  loanWrittenOff,
  msmeDelisted,
  msmeListed,
  msmeUpdated,
  needCoverageChanged,
  relendProposed,
  repaymentReceived,
  trainingCancelled,
  trainingHeld,
  trainingReported,
  trainingScheduled,
} from '@ksbb/contracts';
import type { z } from 'zod';

/*
 * Collaborations for tests: one that is carried out in full, the one that its repaid money was relent to, one that
 * failed, and one that was never confirmed. The examples of the contracts are about the first.
 */

const DONOR = 'KSBB-0000-0000-0011';
const RELEND = 'KSBB-0000-0000-0022';
const FAILED = 'KSBB-0000-0000-0033';
const NEVER_HELD = 'KSBB-0000-0000-0044';
export const ids = { DONOR, RELEND, FAILED, NEVER_HELD };

const PASAR = 'osm-way-352856285';
const WARUNG = 'gen-0000042';
const time = '2026-11-24T05:00:00.000Z';
let minutes = 0;

/** A new event, a minute after the one before. */
function event<D extends EventDefinition>(
  definition: D,
  subject: string,
  version: number,
  data: z.input<D['data']> = definition.example as z.input<D['data']>,
): Envelope {
  minutes += 1;
  const now = new Date(Date.parse(time) + minutes * 60_000);
  return envelope(definition, subject, version, data as Record<string, unknown>, now);
}

const place = { msmeId: WARUNG, msmeName: 'Warung', area: msmeListed.example.area };
const loanOfDonor = `${DONOR}.2`;
const loanOfRelend = {
  loanId: `${RELEND}.1`,
  collaborationId: RELEND,
  msmeId: WARUNG,
  partner: 'amanah',
} as const;
const loanOfFailed = {
  loanId: `${FAILED}.1`,
  collaborationId: FAILED,
  msmeId: WARUNG,
  partner: 'lumbung',
} as const;
const loanTakenBack = { ...loanOfFailed, loanId: `${FAILED}.3` };
const bookkeeping = `${DONOR}.bookkeeping`;
const leadership = {
  trainingId: `${FAILED}.leadership`,
  collaborationId: FAILED,
  topic: 'leadership',
  skill: 'soft',
} as const;

function capital(about: { loanId: string; partner: 'amanah' | 'lumbung' }, amountRupiah: number): ConfirmedLine {
  const { loanId: lineId, partner } = about;
  const needId = `${WARUNG}.capital`;
  return { ...place, lineId, needId, package: 'capital', amountRupiah, partner, instalments: 3 };
}

const delivery = (reportId: string, version: number, quantity: number, reportedTotal: number) =>
  event(lineDelivered, DONOR, version, { ...lineDelivered.example, reportId, quantity, reportedTotal });

const receipt = (reportId: string, version: number, reportedAmount: number, confirmedAmount: number, more = {}) =>
  event(lineReceiptConfirmed, DONOR, version, {
    ...lineReceiptConfirmed.example,
    reportId,
    reportedAmount,
    confirmedAmount,
    ...more,
  });

const repayment = (instalment: number) =>
  event(repaymentReceived, loanOfDonor, 4 + instalment, {
    ...repaymentReceived.example,
    repaymentId: `AMN-1-R${instalment}`,
    instalment,
    repaidRupiah: 2_000_000 * instalment,
    outstandingRupiah: 6_000_000 - 2_000_000 * instalment,
  });

/** The events of the scenario, in the order in which they happened. */
export const scenario: readonly Envelope[] = [
  event(msmeListed, PASAR, 1),
  event(msmeListed, WARUNG, 1, { ...msmeListed.example, msmeId: WARUNG }),
  event(msmeListed, 'gen-0000043', 1, { ...msmeListed.example, msmeId: 'gen-0000043' }),
  event(msmeUpdated, PASAR, 2),
  event(msmeDelisted, 'gen-0000043', 2, { ...msmeDelisted.example, msmeId: 'gen-0000043' }),
  event(commitmentConfirmed, DONOR, 1),
  delivery('report-one', 2, 60, 60),
  delivery('report-two', 3, 40, 100),
  receipt('report-one', 4, 60, 50),
  receipt('report-two', 5, 40, 40),
  receipt('report-one', 6, 60, 59),
  event(contractForwarded, loanOfDonor, 2),
  event(contractSigned, loanOfDonor, 3),
  event(loanDisbursed, loanOfDonor, 4),
  receipt('loan', 7, 6_000_000, 6_000_000, {
    lineId: loanOfDonor,
    needId: `${PASAR}.capital`,
    package: 'capital',
  }),
  event(trainingScheduled, bookkeeping, 2),
  event(trainingScheduled, bookkeeping, 3, { ...trainingScheduled.example, place: 'Kecamatan Gambir' }),
  event(attendanceRecorded, bookkeeping, 4),
  event(trainingHeld, bookkeeping, 5),
  event(trainingReported, bookkeeping, 6, { ...trainingReported.example, summary: 'Ibu Siti keeps a cash book now.' }),
  event(lineReleased, DONOR, 8, {
    ...lineReleased.example,
    lineId: `${DONOR}.3`,
    package: 'training',
    releasedAmount: 1,
    reason: 'attendance-below-seats',
  }),
  event(commitmentClosed, DONOR, 9),
  repayment(1),
  repayment(2),
  repayment(3),
  event(loanRepaid, loanOfDonor, 8),
  event(relendProposed, loanOfDonor, 9),
  event(commitmentConfirmed, RELEND, 1, {
    collaborationId: RELEND,
    origin: { kind: 'relend', relendId: relendProposed.example.relendId },
    donorName: null,
    lines: [capital(loanOfRelend, 6_000_000)],
    confirmedAt: time,
  }),
  event(fundRelent, loanOfRelend.loanId, 2),
  event(contractForwarded, loanOfRelend.loanId, 3, {
    ...contractForwarded.example,
    ...loanOfRelend,
    partnerContractId: 'AMN-2',
    signUrl: null,
  }),
  event(commitmentConfirmed, FAILED, 1, {
    collaborationId: FAILED,
    origin: { kind: 'donor' },
    donorName: null,
    lines: [
      capital(loanOfFailed, 1_000_000),
      {
        ...place,
        lineId: `${FAILED}.2`,
        needId: `${WARUNG}.leadership`,
        package: 'training',
        topic: 'leadership',
        skill: 'soft',
        seats: 2,
      },
    ],
    confirmedAt: time,
  }),
  event(contractDeclined, loanOfFailed.loanId, 2, { ...contractDeclined.example, ...loanOfFailed }),
  event(contractCancelled, loanTakenBack.loanId, 2, { ...contractCancelled.example, ...loanTakenBack }),
  event(loanWrittenOff, loanTakenBack.loanId, 3, {
    ...loanWrittenOff.example,
    ...loanTakenBack,
    repaidRupiah: 0,
    repaidLots: [],
  }),
  event(lineReleased, FAILED, 2, {
    ...lineReleased.example,
    collaborationId: FAILED,
    lineId: `${FAILED}.1`,
    releasedAmount: 1_000_000,
  }),
  event(trainingScheduled, leadership.trainingId, 2, {
    ...trainingScheduled.example,
    ...leadership,
    invited: [{ msmeId: WARUNG, seats: 2 }],
  }),
  event(trainingCancelled, leadership.trainingId, 3, {
    ...leadership,
    lineIds: [`${FAILED}.2`],
    reason: 'Pak Joko is ill',
  }),
  event(commitmentClosed, FAILED, 3, { ...commitmentClosed.example, collaborationId: FAILED, outcome: 'released' }),
  event(commitmentClosed, NEVER_HELD, 1, {
    ...commitmentClosed.example,
    collaborationId: NEVER_HELD,
    outcome: 'nothing-covered',
  }),
  event(needCoverageChanged, PASAR, 1, { msmeId: PASAR, needs: [] }),
];

/** The totals of the scenario. */
export const totalsOfScenario = {
  msmesListed: 2,
  commitmentsConfirmed: 3,
  commitmentsClosed: 2,
  msmesHelped: 1,
  goods: { item: 'face-mask', promised: 100, reported: 100, confirmed: 99 },
  amanah: {
    partner: 'amanah',
    contracts: 2,
    promisedRupiah: 12_000_000,
    disbursedRupiah: 6_000_000,
    repaidRupiah: 6_000_000,
    relentRupiah: 6_000_000,
  },
  lumbung: {
    partner: 'lumbung',
    contracts: 1,
    promisedRupiah: 1_000_000,
    disbursedRupiah: 0,
    repaidRupiah: 0,
    relentRupiah: 0,
  },
  bookkeeping: { topic: 'bookkeeping', promisedSeats: 4, scheduled: 1, held: 1, attended: 3, reported: 1 },
  leadership: { topic: 'leadership', promisedSeats: 2, scheduled: 0, held: 0, attended: 0, reported: 0 },
};
