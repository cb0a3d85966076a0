import { z } from 'zod';
import { lineId, msmeId, quantity, quantityOrZero, timestamp } from '../primitives.ts';

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

/** Answer of `GET /collaborations/:collaborationId/msme-links`, for officers: the link that each MSME of it is sent. */
export const msmeLinks = z.object({
  links: z.array(z.object({ msmeId, msmeName: z.string(), token: z.string(), expiresAt: timestamp })),
});
