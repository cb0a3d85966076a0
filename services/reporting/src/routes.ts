import {
  archivePage,
  lineId,
  portfolio,
  portfolioLoan,
  timeline,
  type Totals,
  totals as totalsSchema,
  typedCollaborationId,
} from '@ksbb/contracts';
import { defineRoute, notFound, pageFrom, pageQuery, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { timelineOf } from './collaboration/collaboration.ts';
import { loanOf } from './loan/loan.ts';
import { forOpenData } from './privacy.ts';
import type { ReadModels } from './stores.ts';

function showTotals(totals: () => Promise<Totals>): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/totals',
    operationId: 'showTotals',
    summary: 'All sums, usually at most one second old. asOf says when they were read.',
    answers: { 200: { description: 'Exact counts and sums of the events that were received.', schema: totalsSchema } },
    handle: async () => ({ status: 200, body: await totals() }),
  });
}

function showTimeline({ collaborations }: Pick<ReadModels, 'collaborations'>): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/collaborations/:collaborationId/timeline',
    operationId: 'showTimeline',
    summary: 'Every event of a collaboration, oldest first.',
    params: z.object({ collaborationId: typedCollaborationId }),
    answers: { 200: { description: 'The events that were received so far.', schema: timeline } },
    handle: async ({ params: { collaborationId } }) => {
      const found = await collaborations.load(collaborationId);
      if (found === null)
        throw notFound(
          'no-such-collaboration',
          `Nothing is known of ${collaborationId}. A new collaboration appears here within seconds.`,
        );
      return { status: 200, body: timelineOf(collaborationId, found.facts) };
    },
  });
}

/** Loans whose amount is not known yet are left out, so a page may hold fewer than asked for. */
function listLoans({ loans }: Pick<ReadModels, 'loans'>): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/loans',
    operationId: 'listLoans',
    summary: 'The loan portfolio, in the order of loan ids.',
    query: pageQuery(50),
    answers: { 200: { description: 'A page of loans.', schema: portfolio } },
    handle: async ({ query: { limit, cursor } }) => {
      const { items, nextCursor } = pageFrom(await loans.page(cursor, limit + 1), limit, ({ id }) => id);
      return {
        status: 200,
        body: { items: items.map(({ facts }) => loanOf(facts)).filter((loan) => loan !== null), nextCursor },
      };
    },
  });
}

function showLoan({ loans }: Pick<ReadModels, 'loans'>): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/loans/:loanId',
    operationId: 'showLoan',
    summary: 'One loan of the portfolio. Its id is the id of the commitment line that it pays.',
    params: z.object({ loanId: lineId }),
    answers: { 200: { description: 'The loan.', schema: portfolioLoan } },
    handle: async ({ params: { loanId } }) => {
      const loan = loanOf((await loans.load(loanId))?.facts ?? []);
      if (loan === null)
        throw notFound('no-such-loan', `Nothing is known of a loan ${loanId}. A new loan appears here within seconds.`);
      return { status: 200, body: loan };
    },
  });
}

const nameOf = (type: string) => type.split('.')[2] ?? type;

/** An event that is received while a client reads page by page may sort before the cursor. A full copy starts again. */
function listEvents({ archive }: Pick<ReadModels, 'archive'>): Route {
  return defineRoute({
    auth: 'public',
    method: 'get',
    path: '/events',
    operationId: 'listEvents',
    summary: 'The archive of events as open data, in the order of event ids, without names, free text and links.',
    query: pageQuery(200),
    answers: { 200: { description: 'A page of events.', schema: archivePage } },
    handle: async ({ query: { limit, cursor } }) => {
      const { items, nextCursor } = pageFrom(await archive.page(cursor, limit + 1), limit, ({ eventId }) => eventId);
      const open = items.map((event) => ({ ...event, data: forOpenData(nameOf(event.type), event.data) }));
      return { status: 200, body: { items: open, nextCursor } };
    },
  });
}

/** Every route that shows a report. Everyone may call them. */
export function reportRoutes({ totals, ...models }: ReadModels & { totals: () => Promise<Totals> }): Route[] {
  return [showTotals(totals), showTimeline(models), listLoans(models), showLoan(models), listEvents(models)];
}
