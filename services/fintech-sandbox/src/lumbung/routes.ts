import { setTimeout as sleep } from 'node:timers/promises';
import { defineRoute, Problem, requireBearer, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { documented } from '../partner/fields.ts';
import { cancelContract } from '../partner/cancel-contract.ts';
import { type Opening, openContract } from '../partner/open-contract.ts';
import { answerCall, type Call, once, type PartnerManners, type PartnerStores } from '../partner/partner-api.ts';
import { statementPage, statementQuery } from '../partner/statement.ts';
import { parseSent, PartnerRefusal } from '../partner/refusal.ts';
import type { Settings } from '../settings.ts';
import type { ContractStore } from '../stores/contracts.ts';
import type { Feed } from '../stores/feed.ts';
import { createdBody, createLoan, loanBody, refusalBody, statementBody, termsOf } from './wire.ts';

type Parts = Opening &
  PartnerStores & { contracts: Pick<ContractStore, 'list' | 'update'>; settings: Settings; feed: Pick<Feed, 'after'> };

const FIELDS = { reference: 'external_id', parent: 'parent_loan_id', principal: 'principal' };

/** Opaque to callers: the place in the feed, encoded so that nobody is tempted to count on it. */
const cursor = z
  .string()
  .transform((text) => Buffer.from(text, 'base64url').toString())
  .refine((text) => /^\d{1,15}$/.test(text), 'a next_cursor as it was given out')
  .transform(Number);

const eventsQuery = z.strictObject({
  cursor: cursor.optional(),
  limit: z.coerce
    .number('a whole number')
    .int('a whole number')
    .min(1, 'from 1 on')
    .max(200, 'at most 200')
    .default(100),
});

function cursorOf(place: number): string {
  return Buffer.from(String(place)).toString('base64url');
}

function authenticate({ request }: Call, token: string): void {
  try {
    requireBearer(request, token);
  } catch (error) {
    if (error instanceof Problem) throw new PartnerRefusal('unauthorized', error.detail);
    throw error;
  }
}

function createLoanRoute(parts: Parts, manners: PartnerManners, signUrl: (token: string) => string): Route {
  return defineRoute({
    method: 'post',
    path: '/lumbung/api/loans',
    operationId: 'lumbungCreateLoan',
    summary: 'Open a loan; bearer token and Idempotency-Key',
    body: documented(createLoan),
    bearer: true,
    answers: {
      201: { description: 'The new loan' },
      200: { description: 'The loan that this external_id has already' },
    },
    handle: (call) =>
      answerCall(manners, parts, 'create-contract', call, async (holdMs) => {
        const body = parseSent(createLoan, call.body);
        return once(manners, parts, call, holdMs, async () => {
          const { record, created } = await openContract(parts, 'lumbung', body.external_id, termsOf(body), FIELDS);
          return { status: created ? 201 : 200, body: createdBody(record, signUrl(record.token)) };
        });
      }),
  });
}

function getLoanRoute(parts: Parts, manners: PartnerManners, signUrl: (token: string) => string): Route {
  return defineRoute({
    method: 'get',
    path: '/lumbung/api/loans/:external_id',
    operationId: 'lumbungGetLoan',
    summary: 'Status, schedule and repayments of a loan',
    params: z.object({ external_id: z.string() }),
    bearer: true,
    answers: { 200: { description: 'The loan' } },
    handle: (call) =>
      answerCall(manners, parts, 'get-contract', call, async (holdMs) => {
        await sleep(holdMs);
        const record = await parts.contracts.find('lumbung', call.params.external_id);
        if (record === null) throw new PartnerRefusal('not-found', 'There is no loan with this external_id.');
        return { status: 200, body: loanBody(record, signUrl(record.token)) };
      }),
  });
}

function eventsRoute(parts: Parts, manners: PartnerManners): Route {
  return defineRoute({
    method: 'get',
    path: '/lumbung/api/events',
    operationId: 'lumbungListEvents',
    summary: 'Every event of every loan after a cursor, oldest first',
    query: documented(z.strictObject({ cursor: z.string().optional(), limit: z.int().min(1).max(200).default(100) })),
    bearer: true,
    answers: { 200: { description: 'A page of events' } },
    handle: (call) =>
      answerCall(manners, parts, 'events', call, async (holdMs) => {
        const query = parseSent(eventsQuery, call.query);
        await sleep(holdMs);
        const { events, place, hasMore } = await parts.feed.after(query.cursor ?? 0, query.limit);
        return { status: 200, body: { events, next_cursor: cursorOf(place), has_more: hasMore } };
      }),
  });
}

function cancelLoanRoute(parts: Parts, manners: PartnerManners, signUrl: (token: string) => string): Route {
  return defineRoute({
    method: 'post',
    path: '/lumbung/api/loans/:external_id/cancel',
    operationId: 'lumbungCancelLoan',
    summary: 'Take a loan back before it is disbursed',
    params: z.object({ external_id: z.string() }),
    bearer: true,
    answers: { 200: { description: 'The loan as it is now' } },
    handle: (call) =>
      answerCall(manners, parts, 'cancel-contract', call, async (holdMs) => {
        await sleep(holdMs);
        const record = await cancelContract(parts, 'lumbung', call.params.external_id);
        return { status: 200, body: loanBody(record, signUrl(record.token)) };
      }),
  });
}

function statementRoute(parts: Parts, manners: PartnerManners): Route {
  return defineRoute({
    method: 'get',
    path: '/lumbung/api/statement',
    operationId: 'lumbungGetStatement',
    summary: 'What moved on a day in Jakarta',
    query: documented(z.strictObject({ date: z.iso.date(), cursor: z.string().optional() })),
    bearer: true,
    answers: { 200: { description: 'A page of movements' } },
    handle: (call) =>
      answerCall(manners, parts, 'statement', call, async (holdMs) => {
        const query = parseSent(statementQuery, call.query);
        await sleep(holdMs);
        return { status: 200, body: statementBody(query.date, await statementPage(parts.contracts, 'lumbung', query)) };
      }),
  });
}

/** Lumbung's API: loans, and the feed of their events. */
export function lumbungRoutes(parts: Parts): Route[] {
  const { LUMBUNG_TOKEN, PUBLIC_URL } = parts.settings;
  const manners: PartnerManners = {
    partner: 'lumbung',
    refusalBody,
    authenticate: (call) => authenticate(call, LUMBUNG_TOKEN),
  };
  const signUrl = (token: string) => `${PUBLIC_URL}/lumbung/e-contract/${token}`;
  return [
    createLoanRoute(parts, manners, signUrl),
    getLoanRoute(parts, manners, signUrl),
    cancelLoanRoute(parts, manners, signUrl),
    statementRoute(parts, manners),
    eventsRoute(parts, manners),
  ];
}
