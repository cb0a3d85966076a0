import { createHash, createHmac } from 'node:crypto';
import { partner } from '@ksbb/contracts';
import { defineRoute, notFound, requireBearer, type Route, unprocessable } from '@ksbb/service-kit';
import { z } from 'zod';
import type { Credential, PartnerCredentials } from '../stores/credentials.ts';
import { scope } from './scopes.ts';

type Parts = { credentials: PartnerCredentials; operatorToken: string; clock: () => Date };

const MOST = 200;
const wanted = z.strictObject({
  partner,
  label: z.string().trim().min(2, 'at least 2 characters').max(80),
  scopes: z
    .array(scope)
    .min(1, 'at least one scope')
    .refine((scopes) => new Set(scopes).size === scopes.length, 'each scope once'),
});
const view = z.object({
  credentialId: z.string(),
  partner,
  label: z.string(),
  scopes: z.array(scope),
  createdAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
});

/** Both follow from the key of the request, so that the same request again has the same answer; only operators can make one. */
function namesOf(key: string, operatorToken: string): { credentialId: string; token: string } {
  const credentialId = `cred_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`;
  return {
    credentialId,
    token: `ksbb_${createHmac('sha256', operatorToken).update(`credential:${key}`).digest('base64url')}`,
  };
}

const sameWish = (one: Credential, other: z.output<typeof wanted>) =>
  one.partner === other.partner &&
  one.label === other.label &&
  JSON.stringify(one.scopes) === JSON.stringify(other.scopes);

/** What partners' systems identify themselves with: issued and taken back by operators. */
export function credentialRoutes({ credentials, operatorToken, clock }: Parts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/partner-credentials',
      operationId: 'issueCredential',
      summary: 'Issues a credential of a partner; its token is in this answer alone. For operators.',
      body: wanted,
      bearer: true,
      idempotent: true,
      answers: { 201: { description: 'The credential and its token.', schema: view.extend({ token: z.string() }) } },
      handle: async ({ request, body, idempotencyKey }) => {
        requireBearer(request, operatorToken);
        const { credentialId, token } = namesOf(idempotencyKey, operatorToken);
        const credential: Credential = { credentialId, ...body, createdAt: clock().toISOString(), revokedAt: null };
        const isNew = await credentials.add(credential, token);
        const known = isNew ? credential : await credentials.find(credentialId);
        if (known === null || !sameWish(known, body))
          throw unprocessable('idempotency-key-reused', 'This Idempotency-Key was used with another body.');
        return { status: 201, body: { ...known, token } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/partner-credentials',
      operationId: 'listCredentials',
      summary: 'All credentials, at most 200, without their tokens. For operators.',
      bearer: true,
      answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(view) }) } },
      handle: async ({ request }) => {
        requireBearer(request, operatorToken);
        return { status: 200, body: { items: await credentials.list(MOST) } };
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/partner-credentials/:credentialId',
      operationId: 'revokeCredential',
      summary: 'Takes a credential back; again changes nothing. For operators.',
      params: z.object({ credentialId: z.string().max(100) }),
      bearer: true,
      answers: { 204: { description: 'It holds no more.' }, 404: { description: 'There is no such credential.' } },
      handle: async ({ request, params: { credentialId } }) => {
        requireBearer(request, operatorToken);
        if (!(await credentials.revoke(credentialId, clock())))
          throw notFound('no-such-credential', `There is no credential ${credentialId}.`);
        return { status: 204 };
      },
    }),
  ];
}
