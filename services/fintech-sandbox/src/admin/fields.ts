import { z } from 'zod';

export const partner = z.enum(['amanah', 'lumbung'], 'amanah or lumbung');
export const limit = z.coerce
  .number('a whole number')
  .int('a whole number')
  .min(1, 'from 1 on')
  .max(200, 'at most 200')
  .default(100);
