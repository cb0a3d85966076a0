import {
  attendanceRecorded,
  catalogue,
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
  type ReceivedEvent,
  relendProposed,
  repaymentReceived,
  trainingCancelled,
  trainingHeld,
  trainingReported,
  trainingScheduled,
} from '@ksbb/contracts';
import type { z } from 'zod';

/*
 * Three collaborations as they happen, for tests: one that is carried out in full, the one its repaid money was lent on to,
 * and one that came to nothing; besides, one that never held.
 */

const DONOR = 'KSBB-0000-0000-0011';
const RELEND = 'KSBB-0000-0000-0022';
const FAILED = 'KSBB-0000-0000-0033';
const NEVER_HELD = 'KSBB-0000-0000-0044';
export const ids = { DONOR, RELEND, FAILED, NEVER_HELD };

const PASAR = 'osm-way-352856285';
const WARUNG = 'gen-0000042';
const place = { msmeName: 'Warung', area: msmeListed.example.area };
const noon = Date.parse('2026-11-24T05:00:00.000Z');
let minutes = 0;

/** A new event, a minute after the one before. */
function event<D extends EventDefinition>(
  definition: D,
  subject: string,
  version: number,
  data: z.input<D['data']>,
): Envelope {
  minutes += 1;
  return envelope(definition, subject, version, data as Record<string, unknown>, new Date(noon + minutes * 60_000));
}

const time = '2026-11-24T05:00:00.000Z';
const loanOfDonor = { loanId: `${DONOR}.2`, collaborationId: DONOR, msmeId: PASAR, partner: 'amanah' } as const;
const loanOfRelend = { loanId: `${RELEND}.1`, collaborationId: RELEND, msmeId: WARUNG, partner: 'amanah' } as const;
const loanOfFailed = { loanId: `${FAILED}.1`, collaborationId: FAILED, msmeId: WARUNG, partner: 'lumbung' } as const;
const loanTakenBack = { ...loanOfFailed, loanId: `${FAILED}.3` };
const bookkeeping = {
  trainingId: `${DONOR}.bookkeeping`,
  collaborationId: DONOR,
  topic: 'bookkeeping',
  skill: 'hard',
} as const;
const leadership = {
  trainingId: `${FAILED}.leadership`,
  collaborationId: FAILED,
  topic: 'leadership',
  skill: 'soft',
} as const;
const lot = (generation: number, amountRupiah: number) => [{ donorCollaborationId: DONOR, generation, amountRupiah }];
const session = { startsAt: time, endsAt: '2026-11-24T09:00:00.000Z', place: 'Balai Kota' };
const receipt = { collaborationId: DONOR, msmeId: PASAR, confirmedAt: time };

function capital(
  about: { loanId: string; msmeId: string; partner: 'amanah' | 'lumbung' },
  amountRupiah: number,
): ConfirmedLine {
  const { loanId: lineId, msmeId, partner } = about;
  return {
    ...place,
    lineId,
    msmeId,
    needId: `${msmeId}.capital`,
    package: 'capital',
    amountRupiah,
    partner,
    instalments: 3,
  };
}

const repayment = (instalment: number) =>
  event(repaymentReceived, loanOfDonor.loanId, 4 + instalment, {
    ...loanOfDonor,
    repaymentId: `AMN-1-R${instalment}`,
    instalment,
    amountRupiah: 2_000_000,
    repaidRupiah: 2_000_000 * instalment,
    outstandingRupiah: 6_000_000 - 2_000_000 * instalment,
    lots: lot(1, 2_000_000),
    receivedAt: time,
  });

/** In the order in which it happened. */
export const life: readonly Envelope[] = [
  event(msmeListed, PASAR, 1, msmeListed.example),
  event(msmeListed, WARUNG, 1, { ...msmeListed.example, msmeId: WARUNG }),
  event(msmeListed, 'gen-0000043', 1, { ...msmeListed.example, msmeId: 'gen-0000043' }),
  event(msmeUpdated, PASAR, 2, msmeUpdated.example),
  event(msmeDelisted, 'gen-0000043', 2, { ...msmeDelisted.example, msmeId: 'gen-0000043' }),
  event(commitmentConfirmed, DONOR, 1, commitmentConfirmed.example),
  event(lineDelivered, DONOR, 2, { ...lineDelivered.example, quantity: 60, reportedTotal: 60, reportId: 'report-one' }),
  event(lineDelivered, DONOR, 3, {
    ...lineDelivered.example,
    quantity: 40,
    reportedTotal: 100,
    reportId: 'report-two',
  }),
  event(lineReceiptConfirmed, DONOR, 4, {
    ...lineReceiptConfirmed.example,
    reportId: 'report-one',
    reportedAmount: 60,
    confirmedAmount: 50,
  }),
  event(lineReceiptConfirmed, DONOR, 5, {
    ...lineReceiptConfirmed.example,
    reportId: 'report-two',
    reportedAmount: 40,
    confirmedAmount: 40,
  }),
  event(lineReceiptConfirmed, DONOR, 6, {
    ...lineReceiptConfirmed.example,
    reportId: 'report-one',
    reportedAmount: 60,
    confirmedAmount: 59,
  }),
  event(contractForwarded, loanOfDonor.loanId, 2, {
    ...loanOfDonor,
    amountRupiah: 6_000_000,
    partnerContractId: 'AMN-1',
    signUrl: 'https://amanah.example/sign/1',
  }),
  event(contractSigned, loanOfDonor.loanId, 3, { ...loanOfDonor, signedAt: time }),
  event(loanDisbursed, loanOfDonor.loanId, 4, {
    ...loanOfDonor,
    amountRupiah: 6_000_000,
    schedule: [1, 2, 3].map((instalment) => ({
      instalment,
      dueDate: `2027-0${instalment}-24`,
      amountRupiah: 2_000_000,
    })),
    lots: lot(1, 6_000_000),
    disbursedAt: time,
  }),
  event(lineReceiptConfirmed, DONOR, 7, {
    ...receipt,
    lineId: `${DONOR}.2`,
    needId: `${PASAR}.capital`,
    package: 'capital',
    reportId: 'loan',
    reportedAmount: 6_000_000,
    confirmedAmount: 6_000_000,
  }),
  event(trainingScheduled, bookkeeping.trainingId, 2, {
    ...bookkeeping,
    ...session,
    invited: [{ msmeId: PASAR, seats: 4 }],
  }),
  event(trainingScheduled, bookkeeping.trainingId, 3, {
    ...bookkeeping,
    ...session,
    place: 'Kecamatan Gambir',
    invited: [{ msmeId: PASAR, seats: 4 }],
  }),
  event(attendanceRecorded, bookkeeping.trainingId, 4, {
    ...bookkeeping,
    lineId: `${DONOR}.3`,
    msmeId: PASAR,
    seats: 4,
    attended: 3,
  }),
  event(trainingHeld, bookkeeping.trainingId, 5, {
    ...bookkeeping,
    participants: [{ lineId: `${DONOR}.3`, msmeId: PASAR, seats: 4, attended: 3 }],
    heldAt: time,
  }),
  event(trainingReported, bookkeeping.trainingId, 6, {
    ...bookkeeping,
    summary: 'Ibu Siti keeps a cash book now.',
    reportedAt: time,
  }),
  event(lineReleased, DONOR, 8, {
    ...lineReleased.example,
    lineId: `${DONOR}.3`,
    package: 'training',
    releasedAmount: 1,
    reason: 'attendance-below-seats',
  }),
  event(commitmentClosed, DONOR, 9, { ...commitmentClosed.example, outcome: 'fulfilled' }),
  repayment(1),
  repayment(2),
  repayment(3),
  event(loanRepaid, loanOfDonor.loanId, 8, {
    ...loanOfDonor,
    amountRupiah: 6_000_000,
    lots: lot(1, 6_000_000),
    repaidAt: time,
  }),
  event(relendProposed, loanOfDonor.loanId, 9, {
    relendId: 'relend-1',
    fromLoanId: loanOfDonor.loanId,
    partner: 'amanah',
    msmeId: WARUNG,
    needId: `${WARUNG}.capital`,
    amountRupiah: 6_000_000,
    instalments: 3,
  }),
  event(commitmentConfirmed, RELEND, 1, {
    collaborationId: RELEND,
    origin: { kind: 'relend', relendId: 'relend-1' },
    donorName: null,
    lines: [capital(loanOfRelend, 6_000_000)],
    confirmedAt: time,
  }),
  event(fundRelent, loanOfRelend.loanId, 2, {
    relendId: 'relend-1',
    fromLoanId: loanOfDonor.loanId,
    toLoanId: loanOfRelend.loanId,
    toCollaborationId: RELEND,
    partner: 'amanah',
    msmeId: WARUNG,
    amountRupiah: 6_000_000,
    lots: lot(2, 6_000_000),
  }),
  event(contractForwarded, loanOfRelend.loanId, 3, {
    ...loanOfRelend,
    amountRupiah: 6_000_000,
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
        msmeId: WARUNG,
        needId: `${WARUNG}.leadership`,
        package: 'training',
        topic: 'leadership',
        skill: 'soft',
        seats: 2,
      },
    ],
    confirmedAt: time,
  }),
  event(contractDeclined, loanOfFailed.loanId, 2, { ...loanOfFailed, reason: 'the owner did not sign' }),
  event(contractCancelled, loanTakenBack.loanId, 2, { ...loanTakenBack, reason: 'withdrawn', cancelledAt: time }),
  event(loanWrittenOff, loanTakenBack.loanId, 3, {
    ...loanTakenBack,
    amountRupiah: 1,
    lots: lot(1, 1),
    repaidRupiah: 0,
    repaidLots: [],
    writtenOffAt: time,
  }),
  event(lineReleased, FAILED, 2, {
    ...lineReleased.example,
    collaborationId: FAILED,
    lineId: `${FAILED}.1`,
    releasedAmount: 1_000_000,
  }),
  event(trainingScheduled, leadership.trainingId, 2, {
    ...leadership,
    ...session,
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

/** What all of it adds up to. */
export const totalsOfLife = {
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

/** The event as a handler gets it. @throws ZodError when it does not fit its schema */
export function received(sent: Envelope): ReceivedEvent {
  const definition = catalogue.find(({ type }) => type === sent.type);
  if (definition === undefined) throw new Error(`${sent.type} is not in the catalogue`);
  return { ...sent, version: Number(sent.sequence), data: definition.data.parse(sent.data) };
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Everything once and a part twice, in an order that follows from the seed. */
export function disturbed<T>(things: readonly T[], seed: number): T[] {
  const random = randomFrom(seed);
  const sent = [...things, ...things.filter(() => random() < 0.3)];
  return sent
    .map((thing) => ({ thing, rank: random() }))
    .sort((one, other) => one.rank - other.rank)
    .map(({ thing }) => thing);
}
