import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer } from '@ksbb/service-kit';
import type { Request } from 'express';
import type { Partner } from '../contract/record.ts';
import type { FaultRoute, FaultStore } from '../stores/faults.ts';
import type { IdempotencyKeys } from '../stores/idempotency-keys.ts';
import { misbehave } from './misbehave.ts';
import { PartnerRefusal } from './refusal.ts';

export type Call = { request: Request; rawBody: Buffer };

/** What the partners differ in before a call reaches a contract. */
export type PartnerManners = {
  partner: Partner;
  /** @throws PartnerRefusal `unauthorized` */
  authenticate: (call: Call) => Promise<void> | void;
  refusalBody: (refusal: PartnerRefusal) => unknown;
};

export type PartnerStores = { faults: Pick<FaultStore, 'take'>; keys: IdempotencyKeys; clock: () => Date };

/** Longer than any honest request takes; after it a repeat may take over a key whose request died. */
const KEY_LEASE_MS = 10_000;

function refusalAnswer(manners: PartnerManners, refusal: PartnerRefusal): Answer {
  const { status, retryAfterSeconds } = refusal;
  return {
    status,
    body: manners.refusalBody(refusal),
    headers: retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) },
  };
}

function keyOf(request: Request): string {
  const key = request.get('idempotency-key') ?? '';
  if (/^[\x21-\x7e]{8,128}$/.test(key)) return key;
  throw new PartnerRefusal(
    'key-missing',
    'Idempotency-Key: 8 to 128 visible ASCII characters, fresh for each new request',
    { field: 'Idempotency-Key' },
  );
}

/** Runs `act`, whose refusals by the contract's rules are answers to remember; anything else goes through. */
async function answerToRemember(manners: PartnerManners, act: () => Promise<Answer>): Promise<Answer> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PartnerRefusal && error.status === 422) return refusalAnswer(manners, error);
    throw error;
  }
}

/** Answers a call: credentials, then a fault on demand, then `act`; refusals in the partner's own words. */
export async function answerCall(
  manners: PartnerManners,
  stores: PartnerStores,
  route: FaultRoute,
  call: Call,
  act: (holdMs: number) => Promise<Answer>,
): Promise<Answer> {
  try {
    await manners.authenticate(call);
    const fault = await stores.faults.take(manners.partner, route);
    return await misbehave(fault, call.request, act);
  } catch (error) {
    if (error instanceof PartnerRefusal) return refusalAnswer(manners, error);
    throw error;
  }
}

/**
 * Does `act` once for each Idempotency-Key and answers a repeat with the first answer.
 * @throws PartnerRefusal `key-missing`, `key-reused` with another body, `in-progress` while the first is in hand
 */
export async function once(
  manners: PartnerManners,
  stores: PartnerStores,
  call: Call,
  holdMs: number,
  act: () => Promise<Answer>,
): Promise<Answer> {
  const { partner } = manners;
  const key = keyOf(call.request);
  const fingerprint = createHash('sha256').update(call.rawBody).digest('hex');
  const claim = await stores.keys.claim(partner, key, fingerprint, stores.clock(), KEY_LEASE_MS + holdMs);
  switch (claim.outcome) {
    case 'replay':
      return { ...claim.answer, headers: { ...claim.answer.headers, 'Idempotent-Replayed': 'true' } };
    case 'other-payload':
      throw new PartnerRefusal('key-reused', 'This Idempotency-Key was used with another body.', {
        field: 'Idempotency-Key',
      });
    case 'in-progress':
      throw new PartnerRefusal('in-progress', 'The first request with this Idempotency-Key is still in hand.', {
        retryAfterSeconds: 1,
      });
    case 'claimed':
      try {
        await sleep(holdMs);
        const answer = await answerToRemember(manners, act);
        await stores.keys.finish(partner, key, claim.lease, answer);
        return answer;
      } catch (error) {
        await stores.keys.release(partner, key, claim.lease);
        throw error;
      }
    default:
      return claim satisfies never;
  }
}
