import { z } from 'zod';

export const MAX_PRINCIPAL_RUPIAH = 1_000_000_000_000;

/** The caller's own reference of a contract. */
export const reference = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, '1 to 64 letters, digits or . _ : -, first a letter or digit');

export const shortText = z.string().trim().min(1, 'at least 1 character').max(200, 'at most 200 characters');
export const identifier = z.string().min(1, 'at least 1 character').max(64, 'at most 64 characters');
export const instalments = z.int('a whole number').min(1, 'from 1 on').max(24, 'at most 24');

/**
 * Stands in a route for `schema`: shows it in the OpenAPI document and lets everything through, as partners check
 * credentials first and refuse in their own words.
 */
export function documented(schema: z.ZodType): z.ZodUnknown {
  const { $schema: _, ...shown } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return z.unknown().meta(shown);
}
