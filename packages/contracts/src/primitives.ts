import { z } from 'zod';
import { isCollaborationId, parseCollaborationId } from './collaboration-id.ts';

/** Rupiah have no subunit in use; amounts are integers and never above what a double holds exactly. */
export const rupiah = z
  .int('a whole number of rupiah')
  .min(1, 'at least 1 rupiah')
  .max(Number.MAX_SAFE_INTEGER, 'at most 9007199254740991 rupiah');

/** An amount that may be 0. */
export const rupiahOrZero = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** Pieces or seats. */
export const quantity = z.int('a whole number').min(1, 'at least 1').max(1_000_000, 'at most 1,000,000');

export const quantityOrZero = z.int('a whole number').min(0, 'at least 0').max(1_000_000, 'at most 1,000,000');

export const timestamp = z.iso.datetime({ error: 'a time in UTC such as 2026-11-24T03:00:00Z' });

export const msmeId = z.string().regex(/^[a-z0-9-]{3,64}$/, 'an MSME id: lower-case letters, digits and hyphens');

export const needId = z
  .string()
  .regex(/^[a-z0-9-]{3,64}\.[a-z0-9-]{2,40}$/, 'a need id: an MSME id, a dot and the kind of need');

/** The canonical form. What people type is parsed by `parseCollaborationId` first. */
export const collaborationId = z.string().refine(isCollaborationId, 'a collaboration ID such as KSBB-7Q2M-9ZK4-T0XB');

const MISTYPED = {
  'wrong-length': 'a collaboration ID has 12 letters and digits after KSBB',
  'unknown-character': 'a collaboration ID has letters and digits only, and no U',
  'wrong-check-character': 'this ID is mistyped: its last character does not fit the others',
} as const;

/** A collaboration ID as people type it. The output is the canonical form. */
export const typedCollaborationId = z
  .string()
  .max(60, MISTYPED['wrong-length'])
  .transform((typed, context) => {
    const parsed = parseCollaborationId(typed);
    if (parsed.ok) return parsed.id;
    context.addIssue({ code: 'custom', message: MISTYPED[parsed.reason] });
    return z.NEVER;
  });

export const lineId = z
  .string()
  .regex(
    /^KSBB-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\.\d{1,3}$/,
    'a line id: a collaboration ID, a dot and the number of the line',
  );

/**
 * The name of a partner fintech. It is open, so that a further partner changes no contract: the gateway knows which
 * partners exist, and a consumer shows a partner that it does not know by this name.
 */
export const partner = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,30}$/, 'a partner: 2 to 31 lower-case letters, digits and hyphens, a letter first');
export type Partner = z.output<typeof partner>;

export const goodsItem = z.enum(['face-mask', 'glove', 'disinfectant', 'hand-sanitizer', 'hand-washing-station']);
export type GoodsItem = z.output<typeof goodsItem>;

export const trainingTopic = z.enum([
  'bookkeeping',
  'digital-marketing',
  'food-safety',
  'product-photography',
  'customer-service',
  'leadership',
]);
export type TrainingTopic = z.output<typeof trainingTopic>;

export const skill = z.enum(['hard', 'soft']);

/** Hard skills are crafts, soft skills are ways of working with people. */
export const skillOf: Record<TrainingTopic, z.output<typeof skill>> = {
  bookkeeping: 'hard',
  'digital-marketing': 'hard',
  'food-safety': 'hard',
  'product-photography': 'hard',
  'customer-service': 'soft',
  leadership: 'soft',
};

export const packageOfHelp = z.enum(['goods', 'capital', 'training']);
export type PackageOfHelp = z.output<typeof packageOfHelp>;

/** What is needed, promised or given, with its amount in the unit of its package. */
type Help =
  | { package: 'goods'; quantity: number }
  | { package: 'capital'; amountRupiah: number }
  | { package: 'training'; seats: number };

/** The amount of a need or a line in the unit of its package: pieces, rupiah or seats. */
export function helpAmount(help: Help): number {
  switch (help.package) {
    case 'goods':
      return help.quantity;
    case 'capital':
      return help.amountRupiah;
    case 'training':
      return help.seats;
    default:
      return help satisfies never;
  }
}

/** Where an MSME is, in words; `kodeKelurahan` is the Kemendagri code with dots. */
export const area = z.object({
  kodeKelurahan: z.string().regex(/^\d{2}\.\d{2}\.\d{2}\.\d{4}$/, 'a Kemendagri code such as 31.71.01.1003'),
  kelurahan: z.string().min(1).max(80),
  kecamatan: z.string().min(1).max(80),
  kota: z.string().min(1).max(80),
});
export type Area = z.output<typeof area>;

/** One page of a list. `nextCursor` is null on the last page. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });
