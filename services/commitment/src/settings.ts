import { partner } from '@ksbb/contracts';
import { platformSettings, secret } from '@ksbb/service-kit';
import { z } from 'zod';
import { exampleInstitutions, readInstitutions } from './institutions.ts';

/** Path of the file with the verified institutions. Becomes its content, or the examples where no path is given. */
const institutions = z
  .string()
  .optional()
  .transform((path, context) => {
    if (path === undefined) return exampleInstitutions;
    const read = readInstitutions(path);
    if ('institutions' in read) return read.institutions;
    for (const message of read.faults) context.issues.push({ code: 'custom', message, input: path });
    return z.NEVER;
  });

export const settingsSchema = platformSettings.extend({
  /**
   * Report PINs are derived from it. A change makes every PIN that was given out wrong (docs/adr/0003-report-pin.md).
   */
  PIN_SECRET: secret,
  /** Signs capability tokens; the training service has the same. */
  CAPABILITY_SECRET: secret,
  /** Bearer token of officers. */
  OPERATOR_TOKEN: secret,
  INSTITUTIONS_FILE: institutions,
  /** The partners that a donor can choose, separated by commas: those that the gateway has. */
  PARTNERS: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(partner)),
});

export type CommitmentSettings = z.output<typeof settingsSchema>;
