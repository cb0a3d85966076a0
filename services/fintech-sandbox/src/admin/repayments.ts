import { conflict, defineRoute, notFound, type Route, unprocessable } from '@ksbb/service-kit';
import { z } from 'zod';
import type { DeliveryPlan } from '../contract/callbacks.ts';
import { contractOf, detailsOf } from '../contract/contract.ts';
import type { ContractCommand, Refusal } from '../contract/decide.ts';
import { type Partner, repaymentNo } from '../contract/record.ts';
import { runCommand } from '../partner/commands.ts';
import { partner, reference } from '../partner/fields.ts';
import type { ContractStore } from '../stores/contracts.ts';

type Parts = { contracts: Pick<ContractStore, 'update'>; clock: () => Date };

const instalments = z
  .array(z.int('a whole number').min(1, 'from 1 on'))
  .max(24, 'at most 24 instalments')
  .refine((list) => new Set(list).size === list.length, 'each instalment once');

const takeRepayments = z
  .strictObject({
    partner,
    reference,
    instalments: instalments.min(1, 'at least one instalment'),
    duplicate: instalments.default([]),
    tamperFirst: instalments.default([]),
    staleFirst: instalments.default([]),
    lateMs: z.int().min(0).max(3_600_000, 'at most 3600000').default(0),
  })
  .superRefine((body, context) => {
    for (const field of ['duplicate', 'tamperFirst', 'staleFirst'] as const) {
      if (body[field].every((instalment) => body.instalments.includes(instalment))) continue;
      const message = 'only instalments that are repaid with this request';
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

const repaymentsTaken = z.object({
  partner,
  reference: z.string(),
  status: z.string(),
  repayments: z.array(
    z.object({ repaymentNo: z.string(), instalment: z.int(), amountRupiah: z.int(), sequence: z.int() }),
  ),
});

const writtenOff = z.object({ partner, reference: z.string(), status: z.string(), amountRupiah: z.int() });

function problemOf(refusal: Refusal): Error {
  switch (refusal.refused) {
    case 'no-such-instalment':
      return unprocessable('no-such-instalment', `The contract has no instalment ${refusal.instalment}.`, [
        { pointer: '/instalments', detail: `instalments of the contract's schedule, not ${refusal.instalment}` },
      ]);
    case 'already-repaid':
      return conflict('already-repaid', `Instalment ${refusal.instalment} is repaid already.`, {
        instalment: refusal.instalment,
      });
    default:
      return conflict('not-repayable', 'Only a contract that is disbursed and not yet completed can be repaid.');
  }
}

/** Runs a command of the admin API. @throws Problem where the contract is unknown or refuses. */
async function run(
  parts: Parts,
  of: { partner: Partner; reference: string },
  command: ContractCommand,
  plan?: DeliveryPlan,
) {
  const result = await runCommand(parts, of, command, plan);
  if (result === null) throw notFound('no-such-contract', `${of.partner} has no contract for ${of.reference}.`);
  if ('refused' in result) throw problemOf(result);
  return result;
}

/** What borrowers and partners do with money: repayments and write-offs. */
export function repaymentRoutes(parts: Parts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/admin/repayments',
      operationId: 'adminTakeRepayments',
      summary: 'Record repayments at a partner and send their callbacks in the order given',
      auth: 'operator',
      body: takeRepayments,
      answers: { 201: { description: 'What was recorded', schema: repaymentsTaken } },
      handle: async ({ body }) => {
        const { partner: name, reference: of, instalments: order, ...plan } = body;
        const inOrder = order.toSorted((one, other) => one - other);
        const record = await run(parts, body, { type: 'repay', instalments: inOrder }, { order, ...plan });
        const contract = contractOf(record.events);
        const repayments = detailsOf(contract)
          .repayments.filter(({ instalment }) => order.includes(instalment))
          .map(({ number, paidAt: _, ...repayment }) => ({ repaymentNo: repaymentNo(record, number), ...repayment }));
        return { status: 201, body: { partner: name, reference: of, status: contract.status, repayments } };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/admin/write-offs',
      operationId: 'adminWriteOff',
      summary: 'Write off what is left of a loan and call back',
      auth: 'operator',
      body: z.strictObject({ partner, reference }),
      answers: { 201: { description: 'Written off', schema: writtenOff } },
      handle: async ({ body }) => {
        const contract = contractOf((await run(parts, body, { type: 'write-off' })).events);
        const amountRupiah = detailsOf(contract).writtenOffRupiah;
        return { status: 201, body: { ...body, status: contract.status, amountRupiah } };
      },
    }),
  ];
}
