import { defineRoute, notFound, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { repaymentNo } from '../callbacks/message.ts';
import { contractOf, outstandingRupiah, repaidRupiah } from '../contract/contract.ts';
import type { ContractRecord } from '../contract/record.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { limit, partner } from './fields.ts';

type Parts = { contracts: Pick<ContractStore, 'find' | 'list'>; publicUrl: string; adminToken: string };

const repayment = z.object({
  repaymentNo: z.string(),
  instalment: z.int(),
  amountRupiah: z.int(),
  sequence: z.int(),
  paidAt: z.string(),
});

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
  repayments: z.array(repayment),
  callbacks: z.object({ pending: z.int(), delivered: z.int(), exhausted: z.int() }),
});

const cursor = z.string().transform((text) => Buffer.from(text, 'base64url').toString());

function viewOf(record: ContractRecord, publicUrl: string): z.output<typeof contractView> {
  const contract = contractOf(record.events);
  const { terms, status, sequence, openedAt } = contract;
  const counted = (wanted: string) => record.callbacks.filter((callback) => callback.status === wanted).length;
  return {
    partner: record.partner,
    reference: record.reference,
    contractNo: record.contractNo,
    parentContractNo: terms.parentContractNo,
    status,
    principalRupiah: terms.principalRupiah,
    instalments: terms.instalments,
    repaidRupiah: repaidRupiah(contract),
    outstandingRupiah: outstandingRupiah(contract),
    sequence,
    createdAt: openedAt,
    signUrl: `${publicUrl}/${record.partner}/e-contract/${record.token}`,
    repayments: ('repayments' in contract ? contract.repayments : []).map(({ number, ...rest }) => ({
      repaymentNo: repaymentNo(record, number),
      ...rest,
    })),
    callbacks: { pending: counted('pending'), delivered: counted('delivered'), exhausted: counted('exhausted') },
  };
}

/** What the partners hold, for checks: every contract and what was repaid. */
export function contractRoutes({ contracts, publicUrl, adminToken }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/admin/contracts',
      operationId: 'adminListContracts',
      summary: 'All contracts, by partner and reference',
      query: z.strictObject({ partner: partner.optional(), limit, cursor: cursor.optional() }),
      bearer: true,
      answers: {
        200: {
          description: 'A page',
          schema: z.object({ contracts: z.array(contractView), nextCursor: z.string().nullable() }),
        },
      },
      handle: async ({ query, request }) => {
        requireBearer(request, adminToken);
        const { records, next } = await contracts.list(query.partner ?? null, query.cursor ?? '', query.limit);
        const nextCursor = next === null ? null : Buffer.from(next).toString('base64url');
        return { status: 200, body: { contracts: records.map((record) => viewOf(record, publicUrl)), nextCursor } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/admin/contracts/:partner/:reference',
      operationId: 'adminGetContract',
      summary: 'One contract by partner and reference',
      params: z.object({ partner, reference: z.string() }),
      bearer: true,
      answers: { 200: { description: 'The contract', schema: contractView } },
      handle: async ({ params, request }) => {
        requireBearer(request, adminToken);
        const record = await contracts.find(params.partner, params.reference);
        if (record === null)
          throw notFound('no-such-contract', `${params.partner} has no contract for ${params.reference}.`);
        return { status: 200, body: viewOf(record, publicUrl) };
      },
    }),
  ];
}
