import { msmeDetail, msmeId } from '@ksbb/contracts';
import { defineRoute } from '@ksbb/service-kit';
import { z } from 'zod';
import { msmeAnswer } from '../http/msme-answer.ts';
import { absent } from '../msme/msme.ts';
import type { CoverageStore } from '../stores/coverage-store.ts';
import type { MsmeStores } from '../stores/msme-stores.ts';

export const showMsme = ({ msmes, coverage }: { msmes: MsmeStores; coverage: CoverageStore }) =>
  defineRoute({
    method: 'get',
    path: '/msmes/:msmeId',
    operationId: 'showMsme',
    summary: 'One MSME, its needs, and how far they are covered; its ETag is for If-Match',
    params: z.object({ msmeId }),
    answers: { 200: { description: 'The MSME', schema: msmeDetail }, 410: { description: 'It was delisted' } },
    handle: async ({ params }) => {
      const [stored, known] = await Promise.all([
        msmes.of(params.msmeId).load(params.msmeId),
        coverage.load(params.msmeId),
      ]);
      return msmeAnswer(200, stored ?? { id: params.msmeId, version: 0, state: absent }, {
        coverage: known?.needs ?? null,
      });
    },
  });
