import { conflict, defineRoute, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { partner } from '../admin/fields.ts';
import type { NewIds } from '../partner/new-ids.ts';
import type { Fault, FaultStore } from '../stores/faults.ts';
import { faultsOf, SCENARIOS } from './scenarios.ts';

type Parts = { faults: Pick<FaultStore, 'add'>; clock: () => Date; newIds: NewIds; adminToken: string };

const ordered = z.object({ scenario: z.enum(SCENARIOS), partner, seed: z.int(), faults: z.int() });

/** Orders many faults at once, the same for the same seed. */
export function scenarioRoute({ faults, clock, newIds, adminToken }: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/admin/scenarios',
    operationId: 'adminOrderScenario',
    summary: 'Let the next calls of a partner go wrong as in a scenario',
    body: z.strictObject({
      scenario: z.enum(SCENARIOS, `one of ${SCENARIOS.join(', ')}`),
      partner,
      seed: z
        .int()
        .min(0)
        .max(2 ** 31)
        .default(1),
      faults: z.int().min(1).max(50, 'at most 50').default(10),
    }),
    bearer: true,
    answers: {
      201: { description: 'What was ordered', schema: ordered },
      409: { description: 'There are too many faults already' },
    },
    handle: async ({ body, request }) => {
      requireBearer(request, adminToken);
      for (const fault of faultsOf(body.scenario, body.partner, body.seed, body.faults)) {
        const order: Fault = { id: newIds.faultId(), ...fault, served: 0, createdAt: clock().toISOString() };
        if (!(await faults.add(order)))
          throw conflict('too-many-faults', 'A hundred faults are kept already; DELETE /admin/faults removes all.');
      }
      return { status: 201, body };
    },
  });
}
