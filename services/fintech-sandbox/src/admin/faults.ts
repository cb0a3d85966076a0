import { conflict, defineRoute, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { NewIds } from '../partner/new-ids.ts';
import type { Fault, FaultStore } from '../stores/faults.ts';
import { partner } from './fields.ts';

type Parts = {
  faults: Pick<FaultStore, 'add' | 'list' | 'clear'>;
  clock: () => Date;
  newIds: NewIds;
  adminToken: string;
};

const orderFault = z
  .strictObject({
    partner,
    route: z.enum(
      ['create-contract', 'get-contract', 'cancel-contract', 'statement', 'events'],
      'create-contract, get-contract, cancel-contract, statement or events',
    ),
    kind: z.enum(
      ['status', 'latency', 'hang', 'drip', 'reset', 'lost-answer'],
      'status, latency, hang, drip, reset or lost-answer',
    ),
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
    if (!['latency', 'hang', 'drip'].includes(body.kind) && body.milliseconds !== undefined)
      refuse('milliseconds', 'only for latency, hang or drip');
  });

const shownFault = z.object({
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

/** Faults on demand: order, list with what was served, clear. */
export function faultRoutes({ faults, clock, newIds, adminToken }: Parts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/admin/faults',
      operationId: 'adminOrderFault',
      summary: 'Let the next calls on a route misbehave',
      body: orderFault,
      bearer: true,
      answers: { 201: { description: 'The fault as ordered', schema: shownFault } },
      handle: async ({ body, request }) => {
        requireBearer(request, adminToken);
        const { status = null, retryAfterSeconds = null, milliseconds = null, ...rest } = body;
        const fault: Fault = {
          id: newIds.faultId(),
          ...rest,
          status,
          retryAfterSeconds,
          milliseconds,
          served: 0,
          createdAt: clock().toISOString(),
        };
        if (!(await faults.add(fault)))
          throw conflict('too-many-faults', 'A hundred faults are kept already; DELETE /admin/faults removes all.');
        return { status: 201, body: fault };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/admin/faults',
      operationId: 'adminListFaults',
      summary: 'Faults ordered, and how often each was served',
      bearer: true,
      answers: { 200: { description: 'Oldest first', schema: z.object({ faults: z.array(shownFault) }) } },
      handle: async ({ request }) => {
        requireBearer(request, adminToken);
        return { status: 200, body: { faults: await faults.list() } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/admin/faults',
      operationId: 'adminClearFaults',
      summary: 'Remove all faults',
      bearer: true,
      answers: { 204: { description: 'None left' } },
      handle: async ({ request }) => {
        requireBearer(request, adminToken);
        await faults.clear();
        return { status: 204 };
      },
    }),
  ];
}
