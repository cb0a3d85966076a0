import { conflict, defineRoute, notFound, requireBearer, type Route, unprocessable } from '@ksbb/service-kit';
import { z } from 'zod';
import { repaymentNo } from '../callbacks/message.ts';
import { contractOf } from '../contract/contract.ts';
import type { Refusal } from '../contract/decide.ts';
import { reference } from '../partner/fields.ts';
import { runCommand } from '../partner/run-command.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { partner } from './fields.ts';

type Parts = { contracts: Pick<ContractStore, 'update'>; clock: () => Date; adminToken: string };

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
      if (body[field].some((instalment) => !body.instalments.includes(instalment))) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'only instalments that are repaid with this request',
        });
      }
    }
  });

const answer = z.object({
  partner,
  reference: z.string(),
  status: z.string(),
  repayments: z.array(
    z.object({ repaymentNo: z.string(), instalment: z.int(), amountRupiah: z.int(), sequence: z.int() }),
  ),
});

function problemOf(refusal: Refusal): Error {
  switch (refusal.refusal) {
    case 'no-such-instalment':
      return unprocessable('no-such-instalment', `The contract has no instalment ${refusal.instalment}.`, [
        { pointer: '/instalments', detail: `instalments of the contract's schedule, not ${refusal.instalment}` },
      ]);
    case 'already-repaid':
      return conflict('already-repaid', `Instalment ${refusal.instalment} is repaid already.`, {
        instalment: refusal.instalment,
      });
    default:
      return conflict('not-repayable', 'Only a contract that is disbursed and not yet completed takes repayments.');
  }
}

/** Lets a borrower pay back: records the repayments and queues their callbacks, all or nothing. */
export function repaymentRoutes(parts: Parts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/admin/repayments',
      operationId: 'adminTakeRepayments',
      summary: 'Record repayments at a partner and send their callbacks in the order given',
      body: takeRepayments,
      bearer: true,
      answers: { 201: { description: 'What was recorded', schema: answer } },
      handle: async ({ body, request }) => {
        requireBearer(request, parts.adminToken);
        const command = { type: 'repay', instalments: body.instalments.toSorted((one, other) => one - other) } as const;
        const { duplicate, tamperFirst, staleFirst, lateMs } = body;
        const outcome = await runCommand(parts, body, command, {
          order: body.instalments,
          duplicate,
          tamperFirst,
          staleFirst,
          lateMs,
        });
        if (outcome === null)
          throw notFound('no-such-contract', `${body.partner} has no contract for ${body.reference}.`);
        if ('refusal' in outcome) throw problemOf(outcome);
        const contract = contractOf(outcome.events);
        const repayments = ('repayments' in contract ? contract.repayments : [])
          .filter(({ instalment }) => body.instalments.includes(instalment))
          .map(({ number, instalment, amountRupiah, sequence }) => ({
            repaymentNo: repaymentNo(outcome, number),
            instalment,
            amountRupiah,
            sequence,
          }));
        return {
          status: 201,
          body: { partner: body.partner, reference: body.reference, status: contract.status, repayments },
        };
      },
    }),
  ];
}
