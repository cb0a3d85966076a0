import { z } from 'zod';
import { bare, grown } from './variants.ts';

const lines = z.object({
  lines: z.array(z.object({ quantity: z.int(), note: z.string().optional() })),
  donor: z.string().nullable().optional(),
});
const example = { lines: [{ quantity: 1, note: 'a' }, { quantity: 2 }], donor: 'Budi' };
const fits = (value: unknown) => lines.safeParse(value).success;

test('a newer producer adds a member to every object, also in lists', () => {
  const {
    lines: [first],
    ...rest
  } = grown(example);
  expect(Object.keys(rest)).toEqual(['donor', 'addedLater']);
  expect(Object.keys(first!)).toEqual(['quantity', 'note', 'addedLater']);
  expect(lines.parse(grown(example))).toEqual(example);
});

test('an older producer leaves out what is optional, and nothing else', () => {
  expect(bare(example, fits)).toEqual({ lines: [{ quantity: 1 }, { quantity: 2 }] });
});

test('a consumer that is closed to new members, or wants one that was not there, refuses', () => {
  expect(z.strictObject(lines.shape).safeParse(grown(example)).success).toBe(false);
  expect(lines.required().safeParse(bare(example, fits)).success).toBe(false);
});
