import { msme, msmeId } from '@ksbb/contracts';
import { defineRoute, requireBearer } from '@ksbb/service-kit';
import { z } from 'zod';
import { applyCommand, type Changing } from '../http/apply-command.ts';
import { msmeAnswer } from '../http/msme-answer.ts';

export const relistMsme = ({ operatorToken, ...changing }: Changing & { operatorToken: string }) =>
  defineRoute({
    method: 'post',
    path: '/msmes/:msmeId/relisting',
    operationId: 'relistMsme',
    summary: 'Puts a delisted MSME back on the map as it was (officers); a repeat changes nothing',
    params: z.object({ msmeId }),
    bearer: true,
    answers: { 200: { description: 'The MSME', schema: msme } },
    handle: async ({ request, params }) => {
      requireBearer(request, operatorToken);
      return msmeAnswer(200, await applyCommand(changing, params.msmeId, { type: 'relist' }));
    },
  });
