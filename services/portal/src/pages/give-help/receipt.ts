import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { lineOutcome, type MakeCommitmentAnswer } from '@ksbb/contracts';
import { z } from 'zod';
import { setCookies } from '../../web/cookies.ts';

/** What the donor is shown once: the PIN, and which needs were not set aside in full. */
const receiptSchema = z.object({
  pin: z.string().regex(/^\d{6}$/),
  short: z.array(z.tuple([z.string(), z.int(), z.int(), lineOutcome.shape.shortfallReason])).max(50),
  /** How many more fell short than the cookie holds. */
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

/** The receipt in as few bytes as a cookie allows; needs that do not fit are counted. */
function encodeWithinLimit(pin: string, short: Receipt['short']): string {
  for (let kept = short.length; kept > 0; kept -= 5) {
    const text = encode({ pin, short: short.slice(0, kept), moreShort: short.length - kept });
    if (text.length <= MAX_LENGTH) return text;
  }
  return encode({ pin, short: [], moreShort: short.length });
}

/**
 * Cookies that carry the receipt over the redirect after the form, to its own page only. It lies in the donor's browser
 * and nowhere at the portal, so that any replica can show it.
 */
export function writeReceipt(answer: MakeCommitmentAnswer, { secure }: { secure: boolean }): string[] {
  const short = answer.lines
    .filter(({ covered, requested }) => covered < requested)
    .map(({ needId, requested, covered, shortfallReason }): Receipt['short'][number] => [
      needId,
      requested,
      covered,
      shortfallReason,
    ]);
  const value = encodeWithinLimit(answer.pin, short);
  const path = pathOf(answer.collaborationId);
  return setCookies({ name: NAME, value, path, maxAgeSeconds: MINUTES * 60, secure });
}

/** The receipt, or null where it was shown before, is too old, or was tampered with. */
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

/** Cookies that forget the receipt once it was shown. */
export function clearReceipt(collaborationId: string, { secure }: { secure: boolean }): string[] {
  return setCookies({ name: NAME, value: '', path: pathOf(collaborationId), maxAgeSeconds: 0, secure });
}
