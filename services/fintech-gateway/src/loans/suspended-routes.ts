import { lineId, pageOf, partner as partnerName, rupiah } from '@ksbb/contracts';
import { conflict, defineRoute, notFound, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { decide, type LoanRefusal } from './core/decide.ts';
import type { Loan } from './core/loan.ts';
import type { Jobs } from './stores/jobs.ts';
import type { Loans } from './stores/loans.ts';

type Parts = {
  loans: Pick<Loans, 'parked' | 'decide'>;
  jobs: Pick<Jobs, 'addAgain'>;
  nudge: (partner: z.output<typeof partnerName>) => void;
  clock: () => Date;
  operatorToken: string;
};

const parkedLoan = z.object({
  loanId: lineId,
  partner: partnerName,
  amountRupiah: rupiah,
  reason: z.string(),
  parkedAt: z.iso.datetime(),
});
const query = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50), cursor: lineId.optional() });

function parkedView(loan: Loan): z.output<typeof parkedLoan>[] {
  if (loan.status !== 'parked') return [];
  const { loanId, partner, amountRupiah } = loan.terms;
  return [{ loanId, partner, amountRupiah, reason: loan.reason, parkedAt: loan.parkedAt }];
}

/** Contracts that wait for a person, and the word that lets one go to its partner again. For operators. */
export function parkedRoutes({ loans, jobs, nudge, clock, operatorToken }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/parked',
      operationId: 'showParked',
      summary: 'Contracts that go to their partner no more by themselves, and why. For operators.',
      query,
      bearer: true,
      answers: {
        200: { description: 'One page, by loan.', schema: pageOf(parkedLoan) },
        401: { description: 'No operator.' },
      },
      handle: async ({ request, query: { limit, cursor } }) => {
        requireBearer(request, operatorToken);
        const found = await loans.parked(limit + 1, cursor ?? null);
        const items = found.slice(0, limit).flatMap(parkedView);
        return {
          status: 200,
          body: { items, nextCursor: found.length > limit ? (items.at(-1)?.loanId ?? null) : null },
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/parked/:loanId/resume',
      operationId: 'resumeParked',
      summary: 'Lets a parked contract go to its partner again. For operators.',
      params: z.object({ loanId: lineId }),
      bearer: true,
      answers: {
        202: { description: 'On its way.' },
        401: { description: 'No operator.' },
        404: { description: 'No such loan.' },
        409: { description: 'Not parked.' },
      },
      handle: async ({ request, params: { loanId } }) => {
        requireBearer(request, operatorToken);
        const result = await loans.decide<LoanRefusal>(loanId, (loan) => decide(loan, { kind: 'resume' }, clock()));
        if ('refused' in result && result.refused === 'no-such-loan')
          throw notFound('no-such-loan', `There is no loan ${loanId} here.`);
        if ('refused' in result || result.state.status === 'unknown')
          throw conflict('not-parked', `The loan ${loanId} is not parked.`);
        const { partner } = result.state.terms;
        // A crash before this is made good by asking again.
        await jobs.addAgain(loanId, partner, clock());
        nudge(partner);
        return { status: 202 };
      },
    }),
  ];
}
