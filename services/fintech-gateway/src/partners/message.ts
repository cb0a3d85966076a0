import { constantTimeEqual, fieldErrors } from '@ksbb/service-kit';
import type { z } from 'zod';
import type { PartnerReport } from '../kernel/partner-report.ts';
import {
  CallFailed,
  type GenuineCallback,
  type MalformedMessage,
  type PartnerMessage,
  type VerifiedCallback,
} from './partner.ts';

/** Reads a genuine message by the agreed schema, or names the fields that do not fit. */
export function readMessage<T extends z.ZodType>(
  schema: T,
  body: unknown,
  deliveryId: string,
  toMessage: (body: z.output<T>) => PartnerMessage,
): PartnerMessage | MalformedMessage {
  const result = schema.safeParse(body);
  return result.success ? toMessage(result.data) : { deliveryId, errors: fieldErrors(result.error) };
}

/** The value of a JSON text; undefined where it is none. */
export function jsonOf(rawBody: Buffer): unknown {
  try {
    return JSON.parse(rawBody.toString('utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The body of a response by the agreed schema. @throws CallFailed in doubt where it does not fit: its meaning is
 * unknown
 */
export function parseResponse<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new CallFailed('in-doubt', 'the response does not have the agreed shape');
}

/** Callbacks that are older or newer are refused: they are replays, or a clock is wrong. */
const CLOCK_SKEW_MS = 300_000;

/** Whether the time of a callback is near enough to now. NaN never is. */
export function isFresh(atMs: number, now: Date): boolean {
  return Math.abs(now.getTime() - atMs) <= CLOCK_SKEW_MS;
}

/** Whether `given` is the signature by one of the secrets that are active. */
export function isSignedByAny(
  secrets: readonly string[],
  given: string,
  signatureBy: (secret: string) => string,
): boolean {
  return secrets.some((secret) => constantTimeEqual(given, signatureBy(secret)));
}

/** The outcome of a callback: refused where there is a reason, else what its body says. */
export function verified(whyNot: string | null, read: () => PartnerMessage | MalformedMessage): VerifiedCallback {
  if (whyNot !== null) return { is: 'refused', why: whyNot };
  const message = read();
  return ('errors' in message ? { is: 'malformed', message } : { is: 'genuine', message }) satisfies GenuineCallback;
}

/** A report of something that a status has a field for; its time is null where it has not happened. */
type Possible<Report> = Report extends { at: string } ? Omit<Report, 'at'> & { at: string | null } : never;

/** The reports of all that has happened, of all that a partner's status could say. */
export function happened(reports: Possible<PartnerReport>[]): PartnerReport[] {
  return reports.filter((report): report is PartnerReport => report.at !== null);
}
