import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { secret } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Caller, PartnerResponse } from '../call.ts';
import { isFresh, isSignedByAny, jsonOf, parseResponse, readMessage, verified } from '../message.ts';
import { CallFailed, type Callback, ContractRefused, type Movement, type PartnerAdapter } from '../partner.ts';
import { baseUrl, definePartner, type Secrets, secrets } from '../define-partner.ts';
import {
  messageOf,
  eventSchema,
  reportsOf,
  idOf,
  loanBody,
  movementsOf,
  pageSchema,
  statementSchema,
  statusSchema,
  takenSchema,
} from './dto.ts';

const operations = ['create-contract', 'get-contract', 'cancel-contract', 'statement', 'events'] as const;

const settings = { LUMBUNG_URL: baseUrl, LUMBUNG_TOKEN: secret, LUMBUNG_WEBHOOK_SECRET: secrets };

type Parts = {
  /** `url` is without a slash at the end. */
  settings: { url: string; token: string; secrets: Secrets };
  caller: Pick<Caller<(typeof operations)[number]>, 'call'>;
};

const PAGE = 100;
/** More than a day of one partner has. */
const MOST_MOVEMENTS = 100_000;
const refusalSchema = z.object({
  error: z.object({ code: z.string(), message: z.string().default(''), field: z.string().optional() }),
});
/** Refusals of the contract itself. What else the partner answers 4xx is about how we ask. */
const FINAL = new Set(['invalid_field', 'parent_not_signed', 'principal_too_small']);
/** A loan stands at the partner under our key or reference, with other terms than we now send. */
const OTHER_TERMS = new Set(['idempotency_key_reused', 'external_id_taken']);

function errorOf(body: unknown): { code: string; message: string; field?: string | undefined } {
  const refusal = refusalSchema.safeParse(body);
  return refusal.success ? refusal.data.error : { code: '', message: '' };
}

function refusalOf({ status, body }: PartnerResponse): Error {
  const { code, message, field = '' } = errorOf(body);
  const said = `answered ${status} ${code} ${field} ${message}`.replaceAll(/ +/g, ' ').trim().slice(0, 300);
  if (FINAL.has(code)) return new ContractRefused(said);
  return new CallFailed(OTHER_TERMS.has(code) ? 'in-doubt' : 'misconfigured', said);
}

/** HMAC-SHA256, in lower-case hex, over the time in unix seconds and the raw body. */
export function lumbungSignature(key: string, seconds: string, rawBody: Buffer): string {
  return createHmac('sha256', key).update(`${seconds}.`).update(rawBody).digest('hex');
}

/** The parts of `t=<unix seconds>,v1=<hex>`; null where the header is anything else. */
export function parseSignatureHeader(header: string): { seconds: string; signature: string } | null {
  const match = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header);
  if (match?.[1] === undefined || match[2] === undefined) return null;
  return { seconds: match[1], signature: match[2] };
}

/** The adapter of lumbung: bearer token, signed callbacks, and a feed of events that misses nothing. */
function createLumbung({ settings: { url, token, secrets: all }, caller }: Parts): PartnerAdapter {
  const authorization = { Authorization: `Bearer ${token}` };
  const get = (operation: 'get-contract' | 'events' | 'statement', address: string) =>
    caller.call(operation, { method: 'GET', url: address, headers: authorization });

  const signatureOf = (headers: IncomingHttpHeaders) =>
    parseSignatureHeader(String(headers['lumbung-signature'] ?? ''));

  function checkHeaders(headers: IncomingHttpHeaders, now: Date): string | null {
    const given = signatureOf(headers);
    if (given === null) return 'Lumbung-Signature is missing or not of the form t=...,v1=...';
    return isFresh(Number(given.seconds) * 1000, now) ? null : 'Lumbung-Signature is more than 300 s from now';
  }

  function checkSignature({ headers, rawBody }: Callback): string | null {
    const { seconds, signature } = signatureOf(headers) ?? { seconds: '', signature: '' };
    return isSignedByAny(all, signature, (key) => lumbungSignature(key, seconds, rawBody))
      ? null
      : 'Lumbung-Signature does not fit the body';
  }

  return {
    forward: async (contract) => {
      const headers = { ...authorization, 'Idempotency-Key': `ksbb-lumbung-${contract.reference}` };
      const request = { method: 'POST', url: `${url}/api/loans`, headers, body: loanBody(contract) } as const;
      const answer = await caller.call('create-contract', request);
      if (answer.status >= 300) throw refusalOf(answer);
      const { loan } = parseResponse(takenSchema, answer.body);
      return { partnerContractId: loan.id, signUrl: contract.parentContractId === null ? loan.sign_url : null };
    },
    status: async (reference) => {
      const answer = await get('get-contract', `${url}/api/loans/${encodeURIComponent(reference)}`);
      if (answer.status === 404) return null;
      if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
      const status = parseResponse(statusSchema, answer.body);
      const { id, parent_loan_id: parent, sign_url: signUrl } = status.loan;
      return { partnerContractId: id, signUrl: parent === null ? signUrl : null, reports: reportsOf(status) };
    },
    cancel: async (reference) => {
      const address = `${url}/api/loans/${encodeURIComponent(reference)}/cancel`;
      const answer = await caller.call('cancel-contract', {
        method: 'POST',
        url: address,
        headers: authorization,
        body: '',
      });
      if (answer.status < 300) return 'cancelled';
      const { code } = errorOf(answer.body);
      if (code === 'not_found') return 'unknown';
      if (code === 'already_disbursed') return 'too-late';
      throw new CallFailed('misconfigured', `answered ${answer.status} ${code}`);
    },
    statement: async (day) => {
      const movements: Movement[] = [];
      for (let cursor: string | null = ''; cursor !== null && movements.length < MOST_MOVEMENTS;) {
        const query = new URLSearchParams({ date: day, ...(cursor === '' ? {} : { cursor }) });
        const answer = await get('statement', `${url}/api/statement?${query}`);
        if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
        const page = parseResponse(statementSchema, answer.body);
        movements.push(...movementsOf(page));
        cursor = page.next_cursor;
      }
      return movements;
    },
    callbacks: {
      signatureHeader: 'Lumbung-Signature',
      checkHeaders,
      verify: (callback, now) =>
        verified(checkHeaders(callback.headers, now) ?? checkSignature(callback), () => {
          const body = jsonOf(callback.rawBody);
          return readMessage(eventSchema, body, idOf(body), messageOf);
        }),
    },
    feed: async (cursor) => {
      const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
      const answer = await get('events', `${url}/api/events?${query}`);
      if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
      const page = parseResponse(pageSchema, answer.body);
      const messages = page.events.map((event) => readMessage(eventSchema, event, idOf(event), messageOf));
      return { messages, nextCursor: page.next_cursor, hasMore: page.has_more };
    },
  };
}

export const lumbung = definePartner({
  settings,
  operations,
  create: ({ settings: { LUMBUNG_URL: url, LUMBUNG_TOKEN: token, LUMBUNG_WEBHOOK_SECRET: all }, caller }) =>
    createLumbung({ settings: { url, token, secrets: all }, caller }),
});
