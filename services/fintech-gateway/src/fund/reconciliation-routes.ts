import { pageOf, type Partner, partner as partnerName } from '@ksbb/contracts';
import { conflict, defineRoute, notFound, pageFrom, pageQuery, type Route, unavailable } from '@ksbb/service-kit';
import { z } from 'zod';
import { dayInJakarta } from '../kernel/jakarta-day.ts';
import { CallFailed, knownPartner } from '../partners/open-partners.ts';
import type { DayComparison } from './day-comparison.ts';
import type { Reconciliations } from './stores/reconciliations.ts';

type Parts = {
  comparisons: ReadonlyMap<Partner, DayComparison>;
  reconciliations: Pick<Reconciliations, 'list' | 'close'>;
  clock: () => Date;
};

const PAGE = 30;
const MOST_DAYS = 100;
const RETRY_AFTER_SECONDS = 30;
const amount = z.int().nullable();
const difference = z.object({
  difference: z.enum(['missing-here', 'missing-there', 'amount-differs', 'twice-there']),
  kind: z.enum(['disbursement', 'repayment', 'write-off']),
  reference: z.string(),
  repaymentId: z.string().nullable(),
  oursRupiah: amount,
  theirsRupiah: amount,
});
const reconciliation = z.object({
  partner: partnerName,
  day: z.iso.date(),
  comparedAt: z.iso.datetime(),
  ours: z.int().min(0),
  theirs: z.int().min(0),
  differences: z.array(difference),
  closedAt: z.iso.datetime().nullable(),
});
const oneDay = z.object({ partner: knownPartner, day: z.iso.date('a day in Jakarta such as 2026-11-24') });

/** The daily comparison of our books with each partner's statement. */
export function reconciliationRoutes({ comparisons, reconciliations, clock }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/fund/reconciliations/:partner',
      operationId: 'listReconciliations',
      summary: 'The days of a partner that were compared, the newest first, with every difference. For operators.',
      auth: 'operator',
      params: z.object({ partner: knownPartner }),
      query: pageQuery(PAGE, MOST_DAYS).extend({ cursor: z.iso.date().optional() }),
      answers: { 200: { description: 'One page.', schema: pageOf(reconciliation) } },
      handle: async ({ params: { partner }, query: { limit, cursor } }) => {
        const found = await reconciliations.list(partner, limit + 1, cursor ?? null);
        return { status: 200, body: pageFrom(found, limit, ({ day }) => day) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/fund/reconciliations/:partner/:day',
      operationId: 'compareDay',
      summary: 'Compares a day now, also one that is not over. A closed day does not change. For operators.',
      auth: 'operator',
      params: oneDay,
      answers: {
        200: { description: 'What was found.', schema: reconciliation },
        503: { description: 'The partner gives no statement now.' },
      },
      handle: async ({ params: { partner, day } }) => {
        const comparison = comparisons.get(partner);
        if (comparison === undefined) throw notFound('no-such-partner', `There is no partner ${partner}.`);
        try {
          return { status: 200, body: await comparison.compare(day) };
        } catch (error) {
          if (error instanceof CallFailed)
            throw unavailable(`${partner} gives no statement now: ${error.message}.`, RETRY_AFTER_SECONDS);
          throw error;
        }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/fund/reconciliations/:partner/:day/close',
      operationId: 'closeDay',
      summary: 'Closes a day that is over and was compared without a difference. For operators.',
      auth: 'operator',
      params: oneDay,
      answers: { 204: { description: 'Closed.' }, 409: { description: 'Not over, not compared, or different.' } },
      handle: async ({ params: { partner, day } }) => {
        if (day >= dayInJakarta(clock())) throw conflict('day-not-over', `${day} is not over in Jakarta.`);
        const outcome = await reconciliations.close(partner, day, clock());
        if (outcome === 'not-compared')
          throw conflict('day-not-compared', `${day} was not compared with ${partner} yet.`);
        if (outcome === 'differs') throw conflict('day-differs', `${day} differs from the statement of ${partner}.`);
        return { status: 204 };
      },
    }),
  ];
}
