import { randomUUID } from 'node:crypto';
import { conflict, defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { partner } from '../partner/fields.ts';
import { FAULT_KINDS, FAULT_ROUTES, type Fault, type FaultStore } from '../stores/faults.ts';
import { faultsOf, type NewFault, SCENARIOS } from './scenarios.ts';

type Parts = { faults: Pick<FaultStore, 'add' | 'list' | 'clear'>; clock: () => Date };

const WITH_MILLISECONDS = new Set(['latency', 'hang', 'slow-response', 'drip']);

const newFault = z
  .strictObject({
    partner,
    route: z.enum(FAULT_ROUTES, 'create-contract, get-contract, cancel-contract, statement or events'),
    kind: z.enum(FAULT_KINDS, 'status, latency, hang, slow-response, reset or lost-answer'),
    status: z.int().min(400, 'from 400 on').max(599, 'at most 599').optional(),
    retryAfterSeconds: z.int().min(0).max(3_600, 'at most 3600').optional(),
    milliseconds: z.int().min(1).max(60_000, 'at most 60000').optional(),
    times: z.int().min(1, 'at least 1').max(10_000, 'at most 10000'),
  })
  .superRefine((body, context) => {
    const refuse = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (body.route === 'events' && body.partner !== 'lumbung') refuse('route', 'events only at lumbung');
    if (body.kind === 'status' && body.status === undefined) refuse('status', 'needed for a fault of kind status');
    if (body.kind !== 'status' && body.status !== undefined) refuse('status', 'only for a fault of kind status');
    if (body.kind !== 'status' && body.retryAfterSeconds !== undefined)
      refuse('retryAfterSeconds', 'only for a fault of kind status');
    if (body.kind === 'latency' && body.milliseconds === undefined)
      refuse('milliseconds', 'needed for a fault of kind latency');
    if (!WITH_MILLISECONDS.has(body.kind) && body.milliseconds !== undefined)
      refuse('milliseconds', 'only for latency, hang or slow-response');
  })
  .transform(({ status = null, retryAfterSeconds = null, milliseconds = null, ...rest }) => ({
    ...rest,
    status,
    retryAfterSeconds,
    milliseconds,
  }));

const faultView = z.object({
  id: z.string(),
  partner,
  route: z.string(),
  kind: z.string(),
  status: z.int().nullable(),
  retryAfterSeconds: z.int().nullable(),
  milliseconds: z.int().nullable(),
  times: z.int(),
  served: z.int(),
  createdAt: z.string(),
});

const scenarioRequest = z.strictObject({
  scenario: z.enum(SCENARIOS, `one of ${SCENARIOS.join(', ')}`),
  partner,
  seed: z
    .int()
    .min(0)
    .max(2 ** 31)
    .default(1),
  faults: z.int().min(1).max(50, 'at most 50').default(10),
});

/** Faults on demand: one by one, or many at once by a scenario. */
export function faultRoutes({ faults, clock }: Parts): Route[] {
  async function add(fault: NewFault): Promise<Fault> {
    const added = { id: randomUUID(), ...fault, served: 0, createdAt: clock().toISOString() };
    if (await faults.add(added)) return added;
    throw conflict('too-many-faults', 'There are a hundred faults already; DELETE /admin/faults removes all.');
  }

  return [
    defineRoute({
      method: 'post',
      path: '/admin/faults',
      operationId: 'adminOrderFault',
      summary: 'Let the next calls on a route fail',
      auth: 'operator',
      body: newFault,
      answers: { 201: { description: 'The fault as ordered', schema: faultView } },
      handle: async ({ body }) => ({ status: 201, body: await add(body) }),
    }),
    defineRoute({
      method: 'get',
      path: '/admin/faults',
      operationId: 'adminListFaults',
      summary: 'Faults ordered, and how often each was served',
      auth: 'operator',
      answers: { 200: { description: 'Oldest first', schema: z.object({ faults: z.array(faultView) }) } },
      handle: async () => ({ status: 200, body: { faults: await faults.list() } }),
    }),
    defineRoute({
      method: 'delete',
      path: '/admin/faults',
      operationId: 'adminClearFaults',
      summary: 'Remove all faults',
      auth: 'operator',
      answers: { 204: { description: 'None left' } },
      handle: async () => {
        await faults.clear();
        return { status: 204 };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/admin/scenarios',
      operationId: 'adminOrderScenario',
      summary: 'Let the next calls of a partner fail as in a scenario',
      auth: 'operator',
      body: scenarioRequest,
      answers: {
        201: {
          description: 'What was ordered',
          schema: z.object({ scenario: z.enum(SCENARIOS), partner, seed: z.int(), faults: z.int() }),
        },
        409: { description: 'There are too many faults already' },
      },
      handle: async ({ body }) => {
        for (const fault of faultsOf(body.scenario, body.partner, body.seed, body.faults)) await add(fault);
        return { status: 201, body };
      },
    }),
  ];
}
