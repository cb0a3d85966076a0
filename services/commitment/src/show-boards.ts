import { board, boardList, msmeId } from '@ksbb/contracts';
import { defineRoute, notFound, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { coverageOf } from './needs-board/coverage.ts';
import { type Boards, findBoards } from './stores.ts';

const BOARDS_LIMIT = 100;

const boardsQuery = z.strictObject({
  msmeIds: z
    .string('MSME ids with commas between them')
    .transform((text) => [...new Set(text.split(','))])
    .pipe(z.array(msmeId).max(BOARDS_LIMIT, `at most ${BOARDS_LIMIT} MSMEs`)),
});

/** `GET /boards/:msmeId`: what is declared, promised, delivered and open at one MSME, now. */
export function showBoard({ boards }: { boards: Boards }): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/boards/:msmeId',
    operationId: 'showBoard',
    summary: 'What is declared, promised, delivered and still open at one MSME.',
    params: z.object({ msmeId }),
    answers: { 200: { description: 'The board.', schema: board }, 404: { description: 'no-such-msme' } },
    handle: async ({ params }) => {
      const state = (await boards.load(params.msmeId))?.state;
      if (state === undefined || state.status === 'unknown')
        throw notFound('no-such-msme', `There is no MSME ${params.msmeId} here.`);
      return { status: 200, body: coverageOf(state) };
    },
  });
}

/** `GET /boards?msmeIds=a,b,c`: the same for up to 100 MSMEs, for forms. */
export function listBoards({ boards }: { boards: Boards }): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/boards',
    operationId: 'listBoards',
    summary: 'What is still open at up to 100 MSMEs. Those without a board are left out.',
    query: boardsQuery,
    answers: { 200: { description: 'The boards, in the order asked.', schema: boardList } },
    handle: async ({ query }) => {
      const found = await findBoards(boards, query.msmeIds);
      const byId = new Map(
        found.flatMap((state) => (state.status === 'unknown' ? [] : [[state.msmeId, coverageOf(state)] as const])),
      );
      return { status: 200, body: { items: query.msmeIds.flatMap((id) => byId.get(id) ?? []) } };
    },
  });
}
