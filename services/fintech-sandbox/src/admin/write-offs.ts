import { conflict, defineRoute, notFound, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { contractOf } from '../contract/contract.ts';
import { reference } from '../partner/fields.ts';
import { runCommand } from '../partner/run-command.ts';
import type { ContractStore } from '../stores/contracts.ts';
import { partner } from './fields.ts';

type Parts = { contracts: Pick<ContractStore, 'update'>; clock: () => Date; adminToken: string };

/** Lets a partner give up what is left of a loan; again changes nothing. */
export function writeOffRoute(parts: Parts): Route {
  return defineRoute({
    method: 'post',
    path: '/admin/write-offs',
    operationId: 'adminWriteOff',
    summary: 'Write off what is left of a loan and call back',
    body: z.strictObject({ partner, reference }),
    bearer: true,
    answers: {
      201: {
        description: 'Written off',
        schema: z.object({ partner, reference: z.string(), status: z.string(), amountRupiah: z.int() }),
      },
    },
    handle: async ({ body, request }) => {
      requireBearer(request, parts.adminToken);
      const outcome = await runCommand(parts, body, { type: 'write-off' });
      if (outcome === null)
        throw notFound('no-such-contract', `${body.partner} has no contract for ${body.reference}.`);
      if ('refusal' in outcome)
        throw conflict('not-repayable', 'Only a contract that is disbursed and not yet completed can be written off.');
      const contract = contractOf(outcome.events);
      const amountRupiah = contract.status === 'written-off' ? contract.writtenOffRupiah : 0;
      return { status: 201, body: { ...body, status: contract.status, amountRupiah } };
    },
  });
}
