import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { lineOutcome, type MakeCommitmentAnswer } from '@ksbb/contracts';
import { z } from 'zod';
import { setCookies } from '../../web/security.ts';

/** What the donor sees once: the PIN, and the needs that were not reserved in full. */
const receiptSchema = z.object({
  pin: z.string().regex(/^\d{6}$/),
  short: z.array(z.tuple([z.string(), z.int(), z.int(), lineOutcome.shape.shortfallReason])).max(50),
  /** How many needs were not reserved in full and did not fit into the cookie. */
  moreShort: z.int().min(0),
});
export type Receipt = z.output<typeof receiptSchema>;

const NAME = 'ksbb_receipt';
const MINUTES = 10;
/** Browsers keep 4096 bytes of a cookie with its attributes. */
const MAX_LENGTH = 3_200;

const pathOf = (collaborationId: string) => `/collaborations/${collaborationId}/receipt`;

function encode(receipt: Receipt): string {
  return deflateRawSync(JSON.stringify(receipt)).toString('base64url');
}

/** The receipt within the size of a cookie. Needs that do not fit are only counted. */
function encodeWithinLimit(pin: string, short: Receipt['short']): string {
  for (let included = short.length; included > 0; included -= 5) {
    const text = encode({ pin, short: short.slice(0, included), moreShort: short.length - included });
    if (text.length <= MAX_LENGTH) return text;
  }
  return encode({ pin, short: [], moreShort: short.length });
}

/**
 * Cookies that carry the receipt across the redirect after the form, to the receipt page only. The portal stores
 * nothing, so that every replica can show it.
 */
export function writeReceipt(answer: MakeCommitmentAnswer, { secure }: { secure: boolean }): string[] {
  const short = answer.lines.flatMap(({ needId, requested, covered, shortfallReason }): Receipt['short'] =>
    covered < requested ? [[needId, requested, covered, shortfallReason]] : [],
  );
  const value = encodeWithinLimit(answer.pin, short);
  const path = pathOf(answer.collaborationId);
  return setCookies({ name: NAME, value, path, maxAgeSeconds: MINUTES * 60, secure });
}

/** The receipt from its cookie, or null if it was shown before, has expired or was changed. */
export function readReceipt(cookie: (name: string) => string | undefined): Receipt | null {
  try {
    const text = inflateRawSync(Buffer.from(cookie(NAME) ?? '', 'base64url'), {
      maxOutputLength: 64 * 1024,
    }).toString();
    return receiptSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Cookies that delete the receipt after it was shown. */
export function clearReceipt(collaborationId: string, { secure }: { secure: boolean }): string[] {
  return setCookies({ name: NAME, value: '', path: pathOf(collaborationId), maxAgeSeconds: 0, secure });
}
