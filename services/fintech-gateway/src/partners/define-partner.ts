import { secret } from '@ksbb/service-kit';
import { z } from 'zod';
import { type Caller, type CallSettings, createCaller, type Observe } from './call.ts';
import type { PartnerAdapter } from './partner.ts';

export type OpenPartner = { adapter: PartnerAdapter; caller: Pick<Caller<string>, 'state' | 'close'> };

type Surroundings = { limits: CallSettings; observe: Observe; clock: () => Date };

/** What the gateway knows of a partner before it is opened: its settings, and how to make its adapter. */
export type PartnerKind<Shape extends z.ZodRawShape = z.ZodRawShape> = {
  settings: Shape;
  /** Makes the adapter with a caller of its own. `settings` has what the kind declares, and may have more. */
  open: (name: string, settings: never, surroundings: Surroundings) => OpenPartner;
};

type Definition<Shape extends z.ZodRawShape, Operation extends string> = {
  /** Read with those of the service; their names begin with the partner's. */
  settings: Shape;
  /** What the partner can be asked for. Each operation has a circuit breaker. */
  operations: readonly Operation[];
  create: (parts: {
    settings: z.output<z.ZodObject<Shape>>;
    caller: Pick<Caller<Operation>, 'call'>;
    clock: () => Date;
  }) => PartnerAdapter;
};

/** Defines a partner. Its folder exports the result under the partner's name. */
export function definePartner<Shape extends z.ZodRawShape, Operation extends string>({
  settings,
  operations,
  create,
}: Definition<Shape, Operation>): PartnerKind<Shape> {
  return {
    settings,
    open: (name, values, { limits, observe, clock }) => {
      const caller = createCaller(name, operations, limits, observe);
      return { adapter: create({ settings: values, caller, clock }), caller };
    },
  };
}

/** The address of a partner's API, without a slash at the end. */
export const baseUrl = z
  .url({ protocol: /^https?$/, error: 'an http:// or https:// address' })
  .transform((url) => url.replace(/\/+$/, ''));

const MOST_SECRETS = 5;

/**
 * One secret, or several separated by commas, the newest first. Calls are signed with the first; callbacks may be
 * signed with any, so that a secret can be changed without a pause.
 */
export const secrets = z
  .string()
  .transform((text) => text.split(',').map((one) => one.trim()))
  .refine(
    (all) => all.length <= MOST_SECRETS && all.every((one) => secret.safeParse(one).success),
    'one to five secrets of at least 16 characters, separated by commas',
  )
  .transform(([newest = '', ...older]) => [newest, ...older] as const);
export type Secrets = z.output<typeof secrets>;
