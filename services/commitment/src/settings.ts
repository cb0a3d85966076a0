import { platformSettings, secret } from '@ksbb/service-kit';
import { z } from 'zod';
import { exampleInstitutions } from './institutions/institutions.ts';
import { readInstitutions } from './institutions/institutions-file.ts';

/** Path of the file with the verified institutions; its content, or the invented examples where none is named. */
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
  /** Report PINs follow from it. Where it changes, PINs that were given out are no longer right (docs/adr/0003-report-pin.md). */
  PIN_SECRET: secret,
  /** Signs capability tokens; the training service has the same. */
  CAPABILITY_SECRET: secret,
  /** Bearer token of officers. */
  OPERATOR_TOKEN: secret,
  INSTITUTIONS_FILE: institutions,
});

export type CommitmentSettings = z.output<typeof settingsSchema>;
