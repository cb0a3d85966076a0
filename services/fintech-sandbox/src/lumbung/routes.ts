import { bearerAuthenticator, defineRoute, type Route } from '@ksbb/service-kit';
import { z } from 'zod';
import { answerErrorOf, handleCall, handleCreation, type PartnerProfile, type PartnerStores } from '../partner/call.ts';
import { cancelContract, type Opening, openContract } from '../partner/commands.ts';
import { cursor, cursorOf, documented, limit } from '../partner/fields.ts';
import { parseInput, PartnerRefusal } from '../partner/refusal.ts';
import { statementPage, statementQuery } from '../partner/statement.ts';
import type { Settings } from '../settings.ts';
import type { ContractStore } from '../stores/contracts.ts';
import type { EventFeed } from '../stores/event-feed.ts';
import { createdBody, createLoan, loanBody, refusalBody, statementBody, termsOf } from './dto.ts';

type Parts = Opening &
  PartnerStores & {
    contracts: Pick<ContractStore, 'list' | 'update'>;
    settings: Settings;
    feed: Pick<EventFeed, 'after'>;
  };

const FIELDS = { reference: 'external_id', parent: 'parent_loan_id', principal: 'principal' };

const profile: PartnerProfile = { partner: 'lumbung', refusalBody };
const answerError = answerErrorOf(profile);

const byExternalId = z.object({ external_id: z.string() });

const eventsQuery = z.strictObject({
  cursor: cursor
    .refine((text) => /^\d{1,15}$/.test(text), 'a next_cursor as it was given out')
    .transform(Number)
    .default(0),
  limit,
});

/** Lumbung's API: loans, and the feed of their events. */
export function lumbungRoutes(parts: Parts): Route[] {
  const auth = bearerAuthenticator('partner', parts.settings.LUMBUNG_TOKEN);
  const signUrl = (token: string) => `${parts.settings.PUBLIC_URL}/lumbung/e-contract/${token}`;
  return [
    defineRoute({
      method: 'post',
      path: '/lumbung/api/loans',
      operationId: 'lumbungCreateLoan',
      summary: 'Open a loan; bearer token and Idempotency-Key',
      auth,
      answerError,
      body: documented(createLoan),
      answers: {
        201: { description: 'The new loan' },
        200: { description: 'The loan that this external_id has already' },
      },
      handle: (call) =>
        handleCreation(profile, parts, call, createLoan, async (body) => {
          const request = { reference: body.external_id, terms: termsOf(body) };
          const { record, created } = await openContract(parts, 'lumbung', request, FIELDS);
          return { status: created ? 201 : 200, body: createdBody(record, signUrl(record.token)) };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/lumbung/api/loans/:external_id',
      operationId: 'lumbungGetLoan',
      summary: 'Status, schedule and repayments of a loan',
      auth,
      answerError,
      params: byExternalId,
      answers: { 200: { description: 'The loan' } },
      handle: (call) =>
        handleCall(profile, parts, 'get-contract', call, async () => {
          const record = await parts.contracts.find('lumbung', call.params.external_id);
          if (record === null) throw new PartnerRefusal('not-found', 'There is no loan with this external_id.');
          return { status: 200, body: loanBody(record, signUrl(record.token)) };
        }),
    }),
    defineRoute({
      method: 'post',
      path: '/lumbung/api/loans/:external_id/cancel',
      operationId: 'lumbungCancelLoan',
      summary: 'Take a loan back before it is disbursed',
      auth,
      answerError,
      params: byExternalId,
      answers: { 200: { description: 'The loan as it is now' } },
      handle: (call) =>
        handleCall(profile, parts, 'cancel-contract', call, async () => {
          const record = await cancelContract(parts, 'lumbung', call.params.external_id);
          return { status: 200, body: loanBody(record, signUrl(record.token)) };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/lumbung/api/statement',
      operationId: 'lumbungGetStatement',
      summary: 'The movements of a day in Jakarta',
      auth,
      answerError,
      query: documented(z.strictObject({ date: z.iso.date(), cursor: z.string().optional() })),
      answers: { 200: { description: 'A page of movements' } },
      handle: (call) =>
        handleCall(profile, parts, 'statement', call, async () => {
          const query = parseInput(statementQuery, call.query);
          const page = await statementPage(parts.contracts, 'lumbung', query);
          return { status: 200, body: statementBody(query.date, page) };
        }),
    }),
    defineRoute({
      method: 'get',
      path: '/lumbung/api/events',
      operationId: 'lumbungListEvents',
      summary: 'Every event of every loan after a cursor, oldest first',
      auth,
      answerError,
      query: documented(z.strictObject({ cursor: z.string().optional(), limit: z.int().min(1).max(200).default(100) })),
      answers: { 200: { description: 'A page of events' } },
      handle: (call) =>
        handleCall(profile, parts, 'events', call, async () => {
          const query = parseInput(eventsQuery, call.query);
          const { events, position, hasMore } = await parts.feed.after(query.cursor, query.limit);
          return { status: 200, body: { events, next_cursor: cursorOf(position), has_more: hasMore } };
        }),
    }),
  ];
}
