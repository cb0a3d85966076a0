import type { z } from 'zod';
import { badRequest, type FieldError } from './problem.ts';

/** RFC 6901 JSON pointer of a zod issue path. */
function pointer(path: PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** Every fault of a zod error as a field error. Each unknown key has one of its own. */
export function fieldErrors(error: z.ZodError, place = ''): FieldError[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: `${place}${pointer([...issue.path, key])}`,
        detail: 'This field is not known here; leave it out.',
      }));
    }
    return [{ pointer: `${place}${pointer(issue.path)}`, detail: issue.message }];
  });
}

/**
 * Parses `value` by `schema`.
 * @throws Problem 400 `invalid-request` that lists every fault
 */
export function parse<T extends z.ZodType>(schema: T, value: unknown, place = ''): z.output<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = fieldErrors(result.error, place);
  throw badRequest(`${errors.length} field(s) have a wrong value.`, errors);
}
