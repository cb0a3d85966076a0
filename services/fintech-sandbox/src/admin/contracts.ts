import { defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import type { CallbackProtocol } from '../callbacks/send.ts';
import { contractOf, detailsOf } from '../contract/contract.ts';
import { type ContractRecord, type Partner, PARTNERS, repaymentNo } from '../contract/record.ts';
import { cursor, cursorOf, limit, partner } from '../partner/fields.ts';
import type { ContractStore } from '../stores/contracts.ts';

type Parts = {
  contracts: Pick<ContractStore, 'find' | 'list'>;
  protocols: Record<Partner, CallbackProtocol>;
  settings: { PUBLIC_URL: string };
};

const contractView = z.object({
  partner,
  reference: z.string(),
  contractNo: z.string(),
  parentContractNo: z.string().nullable(),
  status: z.string(),
  principalRupiah: z.int(),
  instalments: z.int(),
  repaidRupiah: z.int(),
  outstandingRupiah: z.int(),
  sequence: z.int(),
  createdAt: z.string(),
  signUrl: z.string(),
  repayments: z.array(
    z.object({
      repaymentNo: z.string(),
      instalment: z.int(),
      amountRupiah: z.int(),
      sequence: z.int(),
      paidAt: z.string(),
    }),
  ),
  callbacks: z.object({ pending: z.int(), delivered: z.int(), exhausted: z.int() }),
});

const deliveryView = z.object({
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

function viewOf(record: ContractRecord, publicUrl: string): z.output<typeof contractView> {
  const contract = contractOf(record.events);
  const { terms, status, sequence, openedAt } = contract;
  const { repaidRupiah, outstandingRupiah, repayments } = detailsOf(contract);
  const count = (wanted: string) => record.callbacks.filter((callback) => callback.status === wanted).length;
  return {
    partner: record.partner,
    reference: record.reference,
    contractNo: record.contractNo,
    parentContractNo: terms.parentContractNo,
    status,
    principalRupiah: terms.principalRupiah,
    instalments: terms.instalments,
    repaidRupiah,
    outstandingRupiah,
    sequence,
    createdAt: openedAt,
    signUrl: `${publicUrl}/${record.partner}/e-contract/${record.token}`,
    repayments: repayments.map(({ number, ...rest }) => ({ repaymentNo: repaymentNo(record, number), ...rest })),
    callbacks: { pending: count('pending'), delivered: count('delivered'), exhausted: count('exhausted') },
  };
}

function deliveriesOf(record: ContractRecord, protocol: CallbackProtocol): z.output<typeof deliveryView>[] {
  const { partner: name, reference } = record;
  return record.callbacks.map(({ sequence, copy, status, attempts }) => {
    const { deliveryId, name: event } = protocol.messageOf(record, sequence);
    return { partner: name, reference, deliveryId, event, sequence, copy, status, attempts };
  });
}

/** What the partners store, for checks: the contracts, and the callbacks with every attempt. */
export function contractRoutes({ contracts, protocols, settings }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/admin/contracts',
      operationId: 'adminListContracts',
      summary: 'All contracts, by partner and reference',
      auth: 'operator',
      query: z.strictObject({ partner: partner.optional(), limit, cursor: cursor.optional() }),
      answers: {
        200: {
          description: 'A page',
          schema: z.object({ contracts: z.array(contractView), nextCursor: z.string().nullable() }),
        },
      },
      handle: async ({ query }) => {
        const { records, next } = await contracts.list(query.partner ?? null, query.cursor ?? '', query.limit);
        const views = records.map((record) => viewOf(record, settings.PUBLIC_URL));
        return { status: 200, body: { contracts: views, nextCursor: next === null ? null : cursorOf(next) } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/admin/contracts/:partner/:reference',
      operationId: 'adminGetContract',
      summary: 'One contract by partner and reference',
      auth: 'operator',
      params: z.object({ partner, reference: z.string() }),
      answers: { 200: { description: 'The contract', schema: contractView } },
      handle: async ({ params }) => {
        const record = await contracts.find(params.partner, params.reference);
        if (record === null)
          throw notFound('no-such-contract', `${params.partner} has no contract for ${params.reference}.`);
        return { status: 200, body: viewOf(record, settings.PUBLIC_URL) };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/admin/deliveries',
      operationId: 'adminListDeliveries',
      summary: 'Callback deliveries about a reference, in the order of sending',
      auth: 'operator',
      query: z.strictObject({ reference: z.string().min(1), partner: partner.optional() }),
      answers: { 200: { description: 'All of them', schema: z.object({ deliveries: z.array(deliveryView) }) } },
      handle: async ({ query }) => {
        const partners = query.partner ? [query.partner] : PARTNERS;
        const records = await Promise.all(partners.map((name) => contracts.find(name, query.reference)));
        const deliveries = records.flatMap((record) => (record ? deliveriesOf(record, protocols[record.partner]) : []));
        return { status: 200, body: { deliveries } };
      },
    }),
  ];
}
