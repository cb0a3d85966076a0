import { msme, msmeId, msmeNeeds } from '@ksbb/contracts';
import { defineRoute, requireBearer } from '@ksbb/service-kit';
import { z } from 'zod';
import { applyCommand, type Changing } from '../http/apply-command.ts';
import { msmeAnswer } from '../http/msme-answer.ts';
import { versionOfIfMatch } from '../http/version-etag.ts';

export const declareNeeds = ({ operatorToken, ...changing }: Changing & { operatorToken: string }) =>
  defineRoute({
    method: 'put',
    path: '/msmes/:msmeId/needs',
    operationId: 'declareNeeds',
    summary: 'Declares all needs of an MSME, in place of those before (officers); needs If-Match',
    params: z.object({ msmeId }),
    body: msmeNeeds,
    bearer: true,
    answers: {
      200: { description: 'The MSME with its new ETag', schema: msme },
      412: { description: 'It changed meanwhile' },
      428: { description: 'If-Match is missing' },
    },
    handle: async ({ request, params, body }) => {
      requireBearer(request, operatorToken);
      const version = versionOfIfMatch(request);
      return msmeAnswer(200, await applyCommand(changing, params.msmeId, { type: 'update', changes: body }, version));
    },
  });
