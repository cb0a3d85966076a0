import { msmeDelisted, msmeId } from '@ksbb/contracts';
import { defineRoute, requireBearer } from '@ksbb/service-kit';
import { z } from 'zod';
import { applyCommand, type Changing } from '../http/apply-command.ts';

export const delistMsme = ({ operatorToken, ...changing }: Changing & { operatorToken: string }) =>
  defineRoute({
    method: 'delete',
    path: '/msmes/:msmeId',
    operationId: 'delistMsme',
    summary: 'Takes an MSME off the map, with the reason in the query (officers); a repeat changes nothing',
    params: z.object({ msmeId }),
    query: z.strictObject({ reason: msmeDelisted.data.shape.reason }),
    bearer: true,
    answers: { 204: { description: 'It is off the map' } },
    handle: async ({ request, params, query }) => {
      requireBearer(request, operatorToken);
      await applyCommand(changing, params.msmeId, { type: 'delist', reason: query.reason });
      return { status: 204 };
    },
  });
