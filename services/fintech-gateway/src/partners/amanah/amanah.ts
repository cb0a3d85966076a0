import { createHmac, hash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import type { Caller, PartnerResponse, PartnerRequest } from '../call.ts';
import { isFresh, isSignedByAny, jsonOf, parseResponse, readMessage, verified } from '../message.ts';
import { CallFailed, type Callback, ContractRefused, type Movement, type PartnerAdapter } from '../partner.ts';
import { baseUrl, definePartner, type Secrets, secrets } from '../define-partner.ts';
import {
  callbackSchema,
  contractBody,
  messageOf,
  reportsOf,
  movementsOf,
  statementSchema,
  statusSchema,
  takenSchema,
} from './dto.ts';

const operations = ['create-contract', 'get-contract', 'cancel-contract', 'statement'] as const;

const settings = {
  AMANAH_URL: baseUrl,
  AMANAH_CLIENT_ID: z.string().min(1).max(64),
  AMANAH_CLIENT_SECRET: secrets,
};

type Parts = {
  /** `url` is without a slash at the end. */
  settings: { url: string; clientId: string; secrets: Secrets };
  caller: Pick<Caller<(typeof operations)[number]>, 'call'>;
  clock: () => Date;
};

const refusalSchema = z.object({ responseCode: z.string(), responseMessage: z.string().default('') });
const INVALID_FIELD = '4000001';
const AMOUNT_TOO_SMALL = '4220003';
const PARENT_NOT_SIGNED = '4220002';
/** Refusals of the contract itself. What else the partner answers 4xx is about how we ask. */
const FINAL = new Set([INVALID_FIELD, PARENT_NOT_SIGNED, AMOUNT_TOO_SMALL]);
const PAID_OUT = '4220004';
const NOT_FOUND = '4040000';
/** More than a day of one partner has. */
const MOST_MOVEMENTS = 100_000;
/** A contract stands at the partner under our key or reference, with other terms than we now send. */
const OTHER_TERMS = new Set(['4220000', '4220001']);

const byReference = (reference: string) => `/v1.0/qardh-contracts/by-reference/${encodeURIComponent(reference)}`;

function codeOf(body: unknown): { responseCode: string; responseMessage: string } {
  const refusal = refusalSchema.safeParse(body);
  return refusal.success ? refusal.data : { responseCode: '', responseMessage: '' };
}

function refusalOf({ status, body }: PartnerResponse): Error {
  const { responseCode, responseMessage } = codeOf(body);
  const said = `answered ${status} ${responseCode} ${responseMessage}`.trim().slice(0, 300);
  if (FINAL.has(responseCode)) return new ContractRefused(said);
  return new CallFailed(OTHER_TERMS.has(responseCode) ? 'in-doubt' : 'misconfigured', said);
}

type Signed = { method: string; pathWithQuery: string; body: string | Buffer; timestamp: string };

/** HMAC-SHA512, in base64, over method, path, hash of the raw body and time, as in SNAP's transaction signature. */
export function amanahSignature(secret: string, { method, pathWithQuery, body, timestamp }: Signed): string {
  const bodyHash = hash('sha256', body, 'hex');
  return createHmac('sha512', secret).update(`${method}:${pathWithQuery}:${bodyHash}:${timestamp}`).digest('base64');
}

/** The adapter of amanah: HMAC-SHA512 signed calls and callbacks; no feed. */
function createAmanah({ settings: { url, clientId, secrets: all }, caller, clock }: Parts): PartnerAdapter {
  const [newest] = all;
  const basePath = new URL(url).pathname.replace(/\/$/, '');

  /** A signed request to what is at `path` of the partner's API. */
  function signedRequest(
    method: 'GET' | 'POST',
    path: string,
    body = '',
    more: Record<string, string> = {},
  ): PartnerRequest {
    const timestamp = clock().toISOString();
    const headers = {
      'X-PARTNER-ID': clientId,
      'X-TIMESTAMP': timestamp,
      'X-EXTERNAL-ID': randomUUID(),
      'X-SIGNATURE': amanahSignature(newest, { method, pathWithQuery: basePath + path, body, timestamp }),
      ...more,
    };
    return { method, url: url + path, headers, ...(method === 'GET' ? {} : { body }) };
  }

  function checkHeaders(headers: IncomingHttpHeaders, now: Date): string | null {
    if (headers['x-partner-id'] !== clientId) return 'X-PARTNER-ID is not the one that was agreed';
    const at = Date.parse(String(headers['x-timestamp'] ?? ''));
    return isFresh(at, now) ? null : 'X-TIMESTAMP is missing or more than 300 s from now';
  }

  function checkSignature({ headers, rawBody, path }: Callback): string | null {
    const timestamp = String(headers['x-timestamp']);
    const signed = { method: 'POST', pathWithQuery: path, body: rawBody, timestamp };
    const given = String(headers['x-signature'] ?? '');
    return isSignedByAny(all, given, (secret) => amanahSignature(secret, signed))
      ? null
      : 'X-SIGNATURE does not fit the body';
  }

  return {
    forward: async (contract) => {
      const idempotencyKey = { 'Idempotency-Key': `ksbb-amanah-${contract.reference}` };
      const answer = await caller.call(
        'create-contract',
        signedRequest('POST', '/v1.0/qardh-contracts', contractBody(contract), idempotencyKey),
      );
      if (answer.status >= 300) throw refusalOf(answer);
      const { referenceNo, eContractUrl } = parseResponse(takenSchema, answer.body);
      return { partnerContractId: referenceNo, signUrl: contract.parentContractId === null ? eContractUrl : null };
    },
    status: async (reference) => {
      const answer = await caller.call('get-contract', signedRequest('GET', byReference(reference)));
      if (answer.status === 404) return null;
      if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
      const status = parseResponse(statusSchema, answer.body);
      const signUrl = status.underMasterContract === null ? status.eContractUrl : null;
      return { partnerContractId: status.referenceNo, signUrl, reports: reportsOf(status) };
    },
    cancel: async (reference) => {
      const answer = await caller.call('cancel-contract', signedRequest('POST', `${byReference(reference)}/cancel`));
      if (answer.status < 300) return 'cancelled';
      const { responseCode } = codeOf(answer.body);
      if (responseCode === NOT_FOUND) return 'unknown';
      if (responseCode === PAID_OUT) return 'too-late';
      throw new CallFailed('misconfigured', `answered ${answer.status} ${responseCode}`);
    },
    statement: async (day) => {
      const movements: Movement[] = [];
      for (let cursor: string | null = ''; cursor !== null && movements.length < MOST_MOVEMENTS;) {
        const query: URLSearchParams = new URLSearchParams({ date: day, ...(cursor === '' ? {} : { cursor }) });
        const answer = await caller.call('statement', signedRequest('GET', `/v1.0/statement?${query}`));
        if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
        const page = parseResponse(statementSchema, answer.body);
        movements.push(...movementsOf(page));
        cursor = page.nextCursor;
      }
      return movements;
    },
    callbacks: {
      signatureHeader: 'X-SIGNATURE',
      checkHeaders,
      verify: (callback, now) =>
        verified(checkHeaders(callback.headers, now) ?? checkSignature(callback), () => {
          const deliveryId = String(callback.headers['x-external-id'] ?? 'none').slice(0, 100);
          return readMessage(callbackSchema, jsonOf(callback.rawBody), deliveryId, messageOf);
        }),
    },
  };
}

export const amanah = definePartner({
  settings,
  operations,
  create: ({ settings: { AMANAH_URL: url, AMANAH_CLIENT_ID: clientId, AMANAH_CLIENT_SECRET: all }, ...parts }) =>
    createAmanah({ settings: { url, clientId, secrets: all }, ...parts }),
});
