import { z } from 'zod';
import {
  collaborationId,
  goodsItem,
  lineId,
  msmeId,
  needId,
  packageOfHelp,
  partner,
  quantity,
  quantityOrZero,
  timestamp,
  trainingTopic,
} from '../primitives.ts';
import { requestedLine } from './lines.ts';

/**
 * Body of `POST /commitments`. The name is shown only where `anonymous` is false. Contacts are shown inside the
 * collaboration only.
 */
export const makeCommitmentRequest = z.strictObject({
  donor: z.strictObject({
    name: z.string().trim().min(2, 'at least 2 characters').max(120, 'at most 120 characters'),
    kind: z.enum(['person', 'company', 'institution'], 'one of: person, company, institution'),
    email: z.email('an e-mail address').max(200),
    phone: z
      .string()
      .trim()
      .regex(/^\+?[\d -]{8,20}$/, 'a phone number with 8 to 20 digits')
      .optional(),
    anonymous: z.boolean().default(false),
  }),
  /** Consent to keep the contact data, required by Law 27/2022 on personal data. */
  consent: z.literal(true, 'consent is needed to hold your contact data'),
  lines: z
    .array(requestedLine)
    .min(1, 'at least one line')
    .max(50, 'at most 50 lines')
    .refine((lines) => new Set(lines.map((line) => line.needId)).size === lines.length, 'each need only once'),
});
export type MakeCommitmentRequest = z.output<typeof makeCommitmentRequest>;

/** How much of a requested line is covered, in the unit of the need, and why not all of it. */
export const lineOutcome = z.object({
  needId,
  msmeId,
  lineId: lineId.nullable(),
  requested: z.int(),
  covered: z.int(),
  shortfallReason: z
    .enum(['already-covered', 'msme-not-listed', 'no-such-need', 'other-package', 'board-full'])
    .nullable(),
});
export type LineOutcome = z.output<typeof lineOutcome>;

/** Answer of `POST /commitments`. The PIN is shown here and never again. */
export const makeCommitmentAnswer = z.object({
  collaborationId,
  pin: z.string().regex(/^\d{6}$/),
  lines: z.array(lineOutcome),
});
export type MakeCommitmentAnswer = z.output<typeof makeCommitmentAnswer>;

export const collaborationLine = z.object({
  lineId,
  msmeId,
  msmeName: z.string(),
  kelurahan: z.string(),
  package: packageOfHelp,
  item: goodsItem.nullable(),
  topic: trainingTopic.nullable(),
  partner: partner.nullable(),
  /** In the unit of the package: pieces, rupiah or seats. */
  promised: z.int(),
  reported: z.int(),
  confirmed: z.int(),
  status: z.enum(['open', 'fulfilled', 'released']),
  releaseReason: z.string().nullable(),
});

/** Answer of `GET /collaborations/:collaborationId`, for everybody with the ID. It has no contact data. */
export const collaborationView = z.object({
  collaborationId,
  origin: z.enum(['donor', 'relend']),
  donorName: z.string().nullable(),
  status: z.enum(['reserving', 'confirmed', 'closed']),
  confirmedAt: timestamp.nullable(),
  lines: z.array(collaborationLine),
  reports: z.array(
    z.object({
      reportId: z.string(),
      lineId,
      /** What the donor reports as delivered, and what the MSME confirms. Null until the MSME confirms. */
      reportedQuantity: z.int(),
      confirmedQuantity: z.int().nullable(),
      /** Reported less confirmed: above 0 where less arrived than was reported. */
      difference: z.int().nullable(),
      note: z.string(),
      /** What the MSME adds to its confirmation. Null until then. */
      receiptNote: z.string().nullable(),
      reportedAt: timestamp,
    }),
  ),
});
export type CollaborationView = z.output<typeof collaborationView>;

/**
 * Answer of `GET /collaborations/:collaborationId/contacts`, for the donor and the MSMEs of it: personal data, for
 * coordinating only. An MSME sees itself alone among `msmes`, and no name of a donor who stays anonymous.
 */
export const collaborationContacts = z.object({
  collaborationId,
  donor: z
    .object({
      name: z.string().nullable(),
      kind: makeCommitmentRequest.shape.donor.shape.kind,
      email: z.string(),
      phone: z.string().nullable(),
    })
    .nullable(),
  msmes: z.array(z.object({ msmeId, msmeName: z.string(), kelurahan: z.string() })),
});

/** Body of `POST /collaborations/:collaborationId/deliveries`, by the donor with the PIN. */
export const reportDeliveryRequest = z.strictObject({
  pin: z.string().regex(/^\d{6}$/, 'the six digits given with the collaboration ID'),
  lines: z
    .array(z.strictObject({ lineId, quantity }))
    .min(1, 'at least one line')
    .max(50, 'at most 50 lines')
    .refine((lines) => new Set(lines.map((line) => line.lineId)).size === lines.length, 'each line only once'),
  note: z.string().trim().max(500, 'at most 500 characters').default(''),
});
export type ReportDeliveryRequest = z.output<typeof reportDeliveryRequest>;

export const reportDeliveryAnswer = z.object({
  reportId: z.string(),
  lines: z.array(z.object({ lineId, quantity: z.int(), reportedTotal: z.int(), promised: z.int() })),
});

/** Body of `POST /collaborations/:collaborationId/receipts`, by the MSME with its capability token. */
export const confirmReceiptRequest = z.strictObject({
  reportId: z.string().min(8).max(128),
  lineId,
  quantity: quantityOrZero,
  note: z.string().trim().max(500, 'at most 500 characters').default(''),
});
export type ConfirmReceiptRequest = z.output<typeof confirmReceiptRequest>;

/** `difference` is reported less confirmed: above 0 where less arrived than was reported. */
export const confirmReceiptAnswer = z.object({
  lineId,
  reportedQuantity: z.int(),
  confirmedQuantity: z.int(),
  difference: z.int(),
});

/** `iss` and `aud` of the JWTs that are capability tokens. */
export const CAPABILITY_TOKEN = { issuer: 'ksbb-commitment', audience: 'ksbb' } as const;

/** The claims that every service reads in a capability token: the collaboration, and as whom its bearer acts. */
export const capabilityClaims = z.object({ sub: z.string(), role: z.enum(['donor', 'msme']) });

/** Body of `POST /collaborations/:collaborationId/capability`: the PIN for a token of one hour. */
export const openCollaborationRequest = z.strictObject({
  pin: z.string().regex(/^\d{6}$/, 'the six digits given with the collaboration ID'),
});

export const capabilityAnswer = z.object({ token: z.string(), expiresAt: timestamp });

/** Answer of `GET /collaborations/:collaborationId/msme-links`, for officers: the link that each MSME of it is sent. */
export const msmeLinks = z.object({
  links: z.array(z.object({ msmeId, msmeName: z.string(), token: z.string(), expiresAt: timestamp })),
});
