import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import type { Caller, PartnerAnswer, PartnerRequest } from '../call.ts';
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
import { amanahSignature } from './signature.ts';
import {
  callbackSchema,
  contractBody,
  deliveryOf,
  factsOf,
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

function refusalOf({ status, body }: PartnerAnswer): Error {
  const { responseCode, responseMessage } = codeOf(body);
  const said = `answered ${status} ${responseCode} ${responseMessage}`.trim().slice(0, 300);
  if (FINAL.has(responseCode)) return new ContractRefused(said);
  return new CallFailed(OTHER_TERMS.has(responseCode) ? 'in-doubt' : 'misconfigured', said);
}

/** The adapter of amanah: HMAC-SHA512 signed calls and callbacks; no feed. */
function createAmanah({ settings: { url, clientId, secrets: all }, caller, clock }: Parts): Partner {
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

  function whyNotGenuine({ headers, rawBody, path }: Callback, now: Date): string | null {
    if (headers['x-partner-id'] !== clientId) return 'X-PARTNER-ID is not the one that was agreed';
    const timestamp = String(headers['x-timestamp'] ?? '');
    const age = Math.abs(now.getTime() - Date.parse(timestamp));
    if (!(age <= CLOCK_SKEW_MS)) return 'X-TIMESTAMP is missing or more than 300 s from now';
    const signed = { method: 'POST', pathWithQuery: path, body: rawBody, timestamp };
    const given = String(headers['x-signature'] ?? '');
    const isRight = all.some((secret) => sameSignature(given, amanahSignature(secret, signed)));
    return isRight ? null : 'X-SIGNATURE does not fit the body';
  }

  return {
    forward: async (contract) => {
      const idempotencyKey = { 'Idempotency-Key': `ksbb-amanah-${contract.reference}` };
      const answer = await caller.call(
        'create-contract',
        signedRequest('POST', '/v1.0/qardh-contracts', contractBody(contract), idempotencyKey),
      );
      if (answer.status >= 300) throw refusalOf(answer);
      const { referenceNo, eContractUrl } = understood(takenSchema, answer.body);
      return { partnerContractId: referenceNo, signUrl: contract.parentContractId === null ? eContractUrl : null };
    },
    status: async (reference) => {
      const answer = await caller.call('get-contract', signedRequest('GET', byReference(reference)));
      if (answer.status === 404) return null;
      if (answer.status >= 300) throw new CallFailed('misconfigured', `answered ${answer.status}`);
      const status = understood(statusSchema, answer.body);
      const signUrl = status.underMasterContract === null ? status.eContractUrl : null;
      return { partnerContractId: status.referenceNo, signUrl, facts: factsOf(status) };
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
        const page = understood(statementSchema, answer.body);
        movements.push(...movementsOf(page));
        cursor = page.nextCursor;
      }
      return movements;
    },
    verifyCallback: (callback, now): VerifiedCallback => {
      const why = whyNotGenuine(callback, now);
      if (why !== null) return { is: 'refused', why };
      const deliveryId = String(callback.headers['x-external-id'] ?? 'none').slice(0, 100);
      const message = readMessage(callbackSchema, jsonOf(callback.rawBody), deliveryId, deliveryOf);
      return 'errors' in message ? { is: 'malformed', message } : { is: 'genuine', delivery: message };
    },
  };
}

export const amanah = definePartner({
  settings,
  operations,
  create: ({ settings: { AMANAH_URL: url, AMANAH_CLIENT_ID: clientId, AMANAH_CLIENT_SECRET: all }, ...parts }) =>
    createAmanah({ settings: { url, clientId, secrets: all }, ...parts }),
});
