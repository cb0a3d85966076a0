import { z } from 'zod';
import { PARTNERS } from '../contract/record.ts';

export const MAX_PRINCIPAL_RUPIAH = 1_000_000_000_000;

export const partner = z.enum(PARTNERS, 'amanah or lumbung');

/** The caller's own reference of a contract. */
export const reference = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, '1 to 64 letters, digits or . _ : -, first a letter or digit');

export const shortText = z.string().trim().min(1, 'at least 1 character').max(200, 'at most 200 characters');
export const identifier = z.string().min(1, 'at least 1 character').max(64, 'at most 64 characters');
export const instalments = z.int('a whole number').min(1, 'from 1 on').max(24, 'at most 24');

export const limit = z.coerce
  .number('a whole number')
  .int('a whole number')
  .min(1, 'from 1 on')
  .max(200, 'at most 200')
  .default(100);

/** A page's start, encoded so that callers treat it as opaque. */
export const cursor = z.string().transform((text) => Buffer.from(text, 'base64url').toString());

export function cursorOf(position: string | number): string {
  return Buffer.from(String(position)).toString('base64url');
}

/**
 * Shows `schema` in the OpenAPI document and accepts everything. A partner serves faults before it checks the body, so
 * its routes parse the input themselves.
 */
export function documented(schema: z.ZodType): z.ZodUnknown {
  const { $schema: _, ...shown } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return z.unknown().meta(shown);
}
