import { secret } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Caller, PartnerAnswer } from '../call.ts';
import { sameSignature } from '../constant-time.ts';
import { jsonOf, readMessage, understood } from '../message.ts';
import {
  CallFailed,
  type Callback,
  CLOCK_SKEW_MS,
  ContractRefused,
  type Movement,
  type Partner,
  type VerifiedCallback,
} from '../partner.ts';
import { baseUrl, definePartner, type Secrets, secrets } from '../define-partner.ts';
import { lumbungSignature, parseSignatureHeader } from './signature.ts';
import {
  deliveryOf,
  eventSchema,
  factsOf,
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

function refusalOf({ status, body }: PartnerAnswer): Error {
  const { code, message, field = '' } = errorOf(body);
  const said = `answered ${status} ${code} ${field} ${message}`.replaceAll(/ +/g, ' ').trim().slice(0, 300);
  if (FINAL.has(code)) return new ContractRefused(said);
  return new CallFailed(OTHER_TERMS.has(code) ? 'in-doubt' : 'misconfigured', said);
}

/** The adapter of lumbung: bearer token, signed callbacks, and a feed of events that misses nothing. */
function createLumbung({ settings: { url, token, secrets: all }, caller }: Parts): Partner {
  const authorization = { Authorization: `Bearer ${token}` };
  const get = (operation: 'get-contract' | 'events' | 'statement', address: string) =>
    caller.call(operation, { method: 'GET', url: address, headers: authorization });

  function whyNotGenuine({ headers, rawBody }: Callback, now: Date): string | null {
    const given = parseSignatureHeader(String(headers['lumbung-signature'] ?? ''));
    if (given === null) return 'Lumbung-Signature is missing or not of the form t=...,v1=...';
    if (Math.abs(now.getTime() - Number(given.seconds) * 1000) > CLOCK_SKEW_MS)
      return 'Lumbung-Signature is more than 300 s from now';
    const isRight = all.some((one) => sameSignature(given.signature, lumbungSignature(one, given.seconds, rawBody)));
    return isRight ? null : 'Lumbung-Signature does not fit the body';
  }

  return {
    forward: async (contract) => {
      const headers = { ...authorization, 'Idempotency-Key': `ksbb-lumbung-${contract.reference}` };
      const request = { method: 'POST', url: `${url}/api/loans`, headers, body: loanBody(contract) } as const;
      const answer = await caller.call('create-contract', request);
      if (answer.status >= 300) throw refusalOf(answer);
      const { loan } = understood(takenSchema, answer.body);
      return { partnerContractId: loan.id, signUrl: contract.parentContractId === null ? loan.sign_url : null };
    },
    status: async (reference) => {
      const answer = await get('get-contract', `${url}/api/loans/${encodeURIComponent(reference)}`);
      if (answer.status === 404) return null;
      if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
      const status = understood(statusSchema, answer.body);
      const { id, parent_loan_id: parent, sign_url: signUrl } = status.loan;
      return { partnerContractId: id, signUrl: parent === null ? signUrl : null, facts: factsOf(status) };
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
        const page = understood(statementSchema, answer.body);
        movements.push(...movementsOf(page));
        cursor = page.next_cursor;
      }
      return movements;
    },
    verifyCallback: (callback, now): VerifiedCallback => {
      const why = whyNotGenuine(callback, now);
      if (why !== null) return { is: 'refused', why };
      const body = jsonOf(callback.rawBody);
      const message = readMessage(eventSchema, body, idOf(body), deliveryOf);
      return 'errors' in message ? { is: 'malformed', message } : { is: 'genuine', delivery: message };
    },
    feed: async (cursor) => {
      const query = new URLSearchParams({ limit: String(PAGE), ...(cursor === null ? {} : { cursor }) });
      const answer = await get('events', `${url}/api/events?${query}`);
      if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
      const page = understood(pageSchema, answer.body);
      const messages = page.events.map((event) => readMessage(eventSchema, event, idOf(event), deliveryOf));
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
