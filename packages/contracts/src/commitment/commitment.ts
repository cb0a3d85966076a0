import { z } from 'zod';
import { defineEvent } from '../event.ts';
import { collaborationId, lineId, msmeId, needId, packageOfHelp, quantity, timestamp } from '../primitives.ts';
import { type ConfirmedLine, confirmedLine } from './lines.ts';

const exampleCollaborationId = 'KSBB-0000-0000-0011';

const place = {
  msmeId: 'osm-way-352856285',
  msmeName: 'Pasar Petojo',
  area: {
    kodeKelurahan: '31.71.01.1003',
    kelurahan: 'Petojo Utara',
    kecamatan: 'Gambir',
    kota: 'Kota Administrasi Jakarta Pusat',
  },
};

const exampleLines: ConfirmedLine[] = [
  {
    ...place,
    lineId: `${exampleCollaborationId}.1`,
    needId: 'osm-way-352856285.face-mask',
    package: 'goods',
    item: 'face-mask',
    quantity: 100,
  },
  {
    ...place,
    lineId: `${exampleCollaborationId}.2`,
    needId: 'osm-way-352856285.capital',
    package: 'capital',
    amountRupiah: 6_000_000,
    partner: 'amanah',
    instalments: 3,
  },
  {
    ...place,
    lineId: `${exampleCollaborationId}.3`,
    needId: 'osm-way-352856285.bookkeeping',
    package: 'training',
    topic: 'bookkeeping',
    skill: 'hard',
    seats: 4,
  },
];

export const commitmentConfirmed = defineEvent({
  service: 'commitment',
  name: 'commitment-confirmed',
  major: 1,
  subject: 'collaborationId',
  summary: 'A commitment is confirmed: every line in it is reserved on the needs board.',
  data: z.object({
    collaborationId,
    origin: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('donor') }),
      z.object({ kind: z.literal('relend'), relendId: z.string() }),
    ]),
    /** Null where the donor stays anonymous. */
    donorName: z.string().nullable(),
    lines: z.array(confirmedLine).min(1),
    confirmedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    origin: { kind: 'donor' },
    donorName: 'PT Contoh',
    lines: exampleLines,
    confirmedAt: '2026-11-24T03:00:00.000Z',
  },
});

export const lineDelivered = defineEvent({
  service: 'commitment',
  name: 'line-delivered',
  major: 1,
  subject: 'collaborationId',
  summary: 'A donor reports goods delivered on a line.',
  data: z.object({
    collaborationId,
    lineId,
    msmeId,
    reportId: z.string(),
    quantity,
    /** The sum of all reports on this line so far, this one included. */
    reportedTotal: quantity,
    reportedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    lineId: `${exampleCollaborationId}.1`,
    msmeId: 'osm-way-352856285',
    reportId: '0d6c3c5e-5d0f-4f6e-9f39-3c7f1e6f0a11',
    quantity: 100,
    reportedTotal: 100,
    reportedAt: '2026-11-24T04:00:00.000Z',
  },
});

export const lineReceiptConfirmed = defineEvent({
  service: 'commitment',
  name: 'line-receipt-confirmed',
  major: 1,
  subject: 'collaborationId',
  summary: 'Help on a line has arrived: an MSME confirms goods, a partner disburses a loan, or a training is held.',
  data: z.object({
    collaborationId,
    lineId,
    msmeId,
    needId,
    package: packageOfHelp,
    /** The delivery report that is confirmed. For loans and trainings, the id of the event that caused this one. */
    reportId: z.string(),
    /** In the unit of the package: pieces, rupiah or seats. The two may differ. */
    reportedAmount: z.int().min(0),
    confirmedAmount: z.int().min(0),
    confirmedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    lineId: `${exampleCollaborationId}.1`,
    msmeId: 'osm-way-352856285',
    needId: 'osm-way-352856285.face-mask',
    package: 'goods',
    reportId: '0d6c3c5e-5d0f-4f6e-9f39-3c7f1e6f0a11',
    reportedAmount: 100,
    confirmedAmount: 99,
    confirmedAt: '2026-11-24T05:00:00.000Z',
  },
});

export const lineReleased = defineEvent({
  service: 'commitment',
  name: 'line-released',
  major: 1,
  subject: 'collaborationId',
  summary: 'What a line has reserved and not delivered is open for others again.',
  data: z.object({
    collaborationId,
    lineId,
    msmeId,
    needId,
    package: packageOfHelp,
    /** In the unit of the package: pieces, rupiah or seats. */
    releasedAmount: z.int().min(0),
    reason: z.enum(['msme-delisted', 'contract-declined', 'training-cancelled', 'attendance-below-seats', 'withdrawn']),
  }),
  example: {
    collaborationId: exampleCollaborationId,
    lineId: `${exampleCollaborationId}.2`,
    msmeId: 'osm-way-352856285',
    needId: 'osm-way-352856285.capital',
    package: 'capital',
    releasedAmount: 6_000_000,
    reason: 'contract-declined',
  },
});

export const commitmentClosed = defineEvent({
  service: 'commitment',
  name: 'commitment-closed',
  major: 1,
  subject: 'collaborationId',
  summary: 'Nothing is left to do in a commitment.',
  data: z.object({
    collaborationId,
    origin: commitmentConfirmed.data.shape.origin,
    /** nothing-covered: others had covered every requested need, so the commitment was never confirmed. */
    outcome: z.enum(['fulfilled', 'released', 'nothing-covered']),
    closedAt: timestamp,
  }),
  example: {
    collaborationId: exampleCollaborationId,
    origin: { kind: 'donor' },
    outcome: 'fulfilled',
    closedAt: '2026-12-24T03:00:00.000Z',
  },
});
