import { defineRoute, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { CallbackWire } from '../callbacks/message.ts';
import type { ContractRecord, Partner } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { partner } from './fields.ts';

type Parts = { contracts: Pick<ContractStore, 'find'>; wires: Record<Partner, CallbackWire>; adminToken: string };

const delivery = z.object({
  partner,
  reference: z.string(),
  deliveryId: z.string(),
  event: z.string(),
  sequence: z.int(),
  copy: z.int(),
  status: z.string(),
  attempts: z.array(
    z.object({ at: z.string(), status: z.int().nullable(), error: z.string().nullable(), tampered: z.boolean() }),
  ),
});

function deliveriesOf(record: ContractRecord, wire: CallbackWire): z.output<typeof delivery>[] {
  return record.callbacks.map(({ sequence, copy, status, attempts }) => {
    const { deliveryId, name } = wire.messageOf(record, sequence);
    return {
      partner: record.partner,
      reference: record.reference,
      deliveryId,
      event: name,
      sequence,
      copy,
      status,
      attempts,
    };
  });
}

/** What was called back about a reference, each attempt with the answer it got. */
export function deliveryRoutes({ contracts, wires, adminToken }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/admin/deliveries',
      operationId: 'adminListDeliveries',
      summary: 'Callback deliveries about a reference, in the order of sending',
      query: z.strictObject({ reference: z.string().min(1), partner: partner.optional() }),
      bearer: true,
      answers: { 200: { description: 'All of them', schema: z.object({ deliveries: z.array(delivery) }) } },
      handle: async ({ query, request }) => {
        requireBearer(request, adminToken);
        const partners: Partner[] = query.partner ? [query.partner] : ['amanah', 'lumbung'];
        const records = await Promise.all(partners.map((name) => contracts.find(name, query.reference)));
        const deliveries = records.flatMap((record) => (record ? deliveriesOf(record, wires[record.partner]) : []));
        return { status: 200, body: { deliveries } };
      },
    }),
  ];
}
