import { z } from 'zod';
import { area, goodsItem, quantity, rupiah, trainingTopic } from '../primitives.ts';
import { msme } from './msme.ts';

/** A need as it is declared. The registry adds its id, its day and, for a training, the skill of its topic. */
export const needDeclaration = z.discriminatedUnion('package', [
  z.strictObject({ package: z.literal('goods'), item: goodsItem, quantity }),
  z.strictObject({ package: z.literal('capital'), amountRupiah: rupiah }),
  z.strictObject({ package: z.literal('training'), topic: trainingTopic, seats: quantity }),
]);
export type NeedDeclaration = z.output<typeof needDeclaration>;

/**
 * The kind of a need: an item, a topic, or `capital`. An MSME has at most one need of each kind. A need id ends in it.
 */
export function needKind(
  of: { package: 'goods'; item: string } | { package: 'capital' } | { package: 'training'; topic: string },
): string {
  switch (of.package) {
    case 'goods':
      return of.item;
    case 'capital':
      return 'capital';
    case 'training':
      return of.topic;
    default:
      return of satisfies never;
  }
}

const needDeclarations = z.array(needDeclaration).superRefine((needs, context) => {
  const seen = new Set<string>();
  for (const [at, need] of needs.entries()) {
    const kind = needKind(need);
    if (seen.has(kind))
      context.addIssue({ code: 'custom', path: [at], message: `There is one ${kind} above. Add the two up.` });
    seen.add(kind);
  }
});

/** Body of `PUT /msmes/:msmeId/needs`: all needs of the MSME. They replace the needs before. */
export const msmeNeeds = z.strictObject({ needs: needDeclarations });

/** Body of `POST /msmes`. */
export const msmeRegistration = z.strictObject({
  name: z.string().trim().min(1).max(120),
  category: msme.shape.category,
  profile: z.strictObject({ id: z.string().trim().max(1000), en: z.string().trim().max(1000) }),
  location: z.strictObject({ lat: z.number().min(-90).max(90), lon: z.number().min(-180).max(180) }).nullable(),
  kodeKelurahan: area.shape.kodeKelurahan,
  needs: needDeclarations,
});
export type MsmeRegistration = z.output<typeof msmeRegistration>;
