import { lineId, pageOf, partner as partnerName, rupiah } from '@ksbb/contracts';
import { conflict, defineRoute, notFound, pageFrom, pageQuery, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { knownPartner, type NamedPartner } from '../partners/open-partners.ts';
import type { Loan } from './core/loan.ts';
import type { LoanCommands } from './loan-commands.ts';
import { noSuchLoan } from './loan-routes.ts';
import type { ReportRecorder } from './report-recorder.ts';
import type { Jobs } from './stores/jobs.ts';
import type { LoanStore } from './stores/loans.ts';
import { type Quarantine, quarantineCursor } from './stores/partner-messages.ts';

type Parts = {
  loans: Pick<LoanStore, 'parked'>;
  jobs: Pick<Jobs, 'count'>;
  commands: Pick<LoanCommands, 'resume'>;
  quarantine: Pick<Quarantine, 'list' | 'find' | 'remove'>;
  recorder: Pick<ReportRecorder, 'record'>;
  partners: readonly NamedPartner[];
};

const PAGE = 50;
const count = z.int().min(0);
const noOperator = { 401: { description: 'No operator.' } };

function partnersRoute({ partners, jobs }: Parts): Route {
  const state = z.object({
    partner: partnerName,
    breakers: z.array(z.object({ operation: z.string(), state: z.enum(['closed', 'half-open', 'open']) })),
    /** Calls of this process. */
    inFlight: count,
    /** Calls of this process that wait for a slot. */
    waiting: count,
    /** Contracts that have to be sent to the partner, or taken back. */
    contractsWaiting: count,
  });
  return defineRoute({
    method: 'get',
    path: '/partners',
    operationId: 'showPartners',
    summary: 'How each partner is reached now: its breakers, calls in flight, contracts that wait. For operators.',
    auth: 'operator',
    answers: {
      200: { description: 'Every partner, as this process sees it.', schema: z.object({ items: z.array(state) }) },
    },
    handle: async () => {
      const items = partners.map(async ({ name, caller }) => ({
        partner: name,
        ...caller.state(),
        contractsWaiting: await jobs.count(name),
      }));
      return { status: 200, body: { items: await Promise.all(items) } };
    },
  });
}

const suspendedLoan = z.object({
  loanId: lineId,
  partner: partnerName,
  amountRupiah: rupiah,
  reason: z.string(),
  parkedAt: z.iso.datetime(),
});

function suspendedView(loan: Loan): z.output<typeof suspendedLoan>[] {
  if (loan.status !== 'parked') return [];
  const { loanId, partner, amountRupiah } = loan.terms;
  return [{ loanId, partner, amountRupiah, reason: loan.reason, parkedAt: loan.parkedAt }];
}

/** Suspended contracts, and their resumption. `parked` is the public name of suspended. */
function suspendedRoutes({ loans, commands }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/parked',
      operationId: 'showParked',
      summary: 'Contracts that are suspended, and why: they are not sent until they are resumed. For operators.',
      auth: 'operator',
      query: pageQuery(PAGE).extend({ cursor: lineId.optional() }),
      answers: { 200: { description: 'One page, by loan.', schema: pageOf(suspendedLoan) }, ...noOperator },
      handle: async ({ query: { limit, cursor } }) => {
        const found = (await loans.parked(limit + 1, cursor ?? null)).flatMap(suspendedView);
        return { status: 200, body: pageFrom(found, limit, ({ loanId }) => loanId) };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/parked/:loanId/resume',
      operationId: 'resumeParked',
      summary: 'Sends a suspended contract to its partner again. For operators.',
      auth: 'operator',
      params: z.object({ loanId: lineId }),
      answers: {
        202: { description: 'On its way.' },
        ...noOperator,
        404: { description: 'No such loan.' },
        409: { description: 'Not suspended.' },
      },
      handle: async ({ params: { loanId } }) => {
        const refusal = await commands.resume(loanId);
        if (refusal?.refused === 'no-such-loan') throw noSuchLoan(loanId);
        if (refusal !== null) throw conflict('not-parked', `The loan ${loanId} is not suspended.`);
        return { status: 202 };
      },
    }),
  ];
}

const quarantinedMessage = z.object({
  partner: partnerName,
  deliveryId: z.string(),
  reason: z.string(),
  at: z.iso.datetime(),
  reference: z.string().nullable(),
  fact: z.record(z.string(), z.unknown()).nullable(),
  errors: z.array(z.object({ pointer: z.string(), detail: z.string() })),
});

/** Quarantined messages, and another attempt to record one, such as when its contract is known now. */
function quarantineRoutes({ quarantine, recorder }: Parts): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/set-aside',
      operationId: 'showSetAside',
      summary: 'Genuine messages of partners that could not be recorded, and why. For operators.',
      auth: 'operator',
      query: pageQuery(PAGE),
      answers: { 200: { description: 'One page.', schema: pageOf(quarantinedMessage) }, ...noOperator },
      handle: async ({ query: { limit, cursor } }) => {
        const found = await quarantine.list(limit + 1, cursor ?? null);
        const { items, nextCursor } = pageFrom(found, limit, quarantineCursor);
        return {
          status: 200,
          body: { items: items.map(({ report: fact, ...rest }) => ({ ...rest, fact })), nextCursor },
        };
      },
    }),
    defineRoute({
      method: 'post',
      path: '/set-aside/replay',
      operationId: 'replaySetAside',
      summary: 'Records a quarantined message, if that is possible now. For operators.',
      auth: 'operator',
      body: z.strictObject({ partner: knownPartner, deliveryId: z.string().min(1).max(300) }),
      answers: {
        204: { description: 'Recorded.' },
        404: { description: 'No such message.' },
        409: { description: 'It still cannot be recorded.' },
      },
      handle: async ({ body: { partner, deliveryId } }) => {
        const message = await quarantine.find(partner, deliveryId);
        if (message === null)
          throw notFound('no-such-message', `No message ${deliveryId} of ${partner} is quarantined.`);
        const { report, reference, reason } = message;
        const isRecorded =
          report !== null && reference !== null && (await recorder.record(partner, { deliveryId, reference, report }));
        if (!isRecorded)
          throw conflict('still-not-bookable', `The message ${deliveryId} still cannot be recorded: ${reason}.`);
        await quarantine.remove(partner, deliveryId);
        return { status: 204 };
      },
    }),
  ];
}

/** What operators see and do about loans. */
export function operatorRoutes(parts: Parts): Route[] {
  return [partnersRoute(parts), ...suspendedRoutes(parts), ...quarantineRoutes(parts)];
}
