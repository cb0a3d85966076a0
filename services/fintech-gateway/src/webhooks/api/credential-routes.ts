import { createHash, createHmac } from 'node:crypto';
import { partner } from '@ksbb/contracts';
import { defineRoute, notFound, type Route, unprocessable } from '@ksbb/service-kit';
import { z } from 'zod';
import { knownPartner } from '../../partners/open-partners.ts';
import { type Credential, type PartnerCredentials, scope } from '../stores/credentials.ts';

type Parts = { credentials: PartnerCredentials; operatorToken: string; clock: () => Date };

const MOST = 200;
const newCredential = z.strictObject({
  partner: knownPartner,
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

/** Both follow from the key of the request, so that a repeat has the same response. Only operators can compute them. */
function namesOf(key: string, operatorToken: string): { credentialId: string; token: string } {
  const credentialId = `cred_${createHash('sha256').update(key).digest('hex').slice(0, 24)}`;
  return {
    credentialId,
    token: `ksbb_${createHmac('sha256', operatorToken).update(`credential:${key}`).digest('base64url')}`,
  };
}

const hasSameContent = (one: Credential, other: z.output<typeof newCredential>) =>
  one.partner === other.partner &&
  one.label === other.label &&
  JSON.stringify(one.scopes) === JSON.stringify(other.scopes);

/** Operators issue and revoke the credentials of partners' systems. */
export function credentialRoutes({ credentials, operatorToken, clock }: Parts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/partner-credentials',
      operationId: 'issueCredential',
      summary: 'Issues a credential of a partner; its token is only in this response. For operators.',
      body: newCredential,
      auth: 'operator',
      idempotent: true,
      answers: { 201: { description: 'The credential and its token.', schema: view.extend({ token: z.string() }) } },
      handle: async ({ body, idempotencyKey }) => {
        const { credentialId, token } = namesOf(idempotencyKey, operatorToken);
        const credential: Credential = { credentialId, ...body, createdAt: clock().toISOString(), revokedAt: null };
        const isNew = await credentials.add(credential, token);
        const known = isNew ? credential : await credentials.find(credentialId);
        if (known === null || !hasSameContent(known, body))
          throw unprocessable('idempotency-key-reused', 'This Idempotency-Key was used with another body.');
        return { status: 201, body: { ...known, token } };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/partner-credentials',
      operationId: 'listCredentials',
      summary: 'All credentials, at most 200, without their tokens. For operators.',
      auth: 'operator',
      answers: { 200: { description: 'All of them.', schema: z.object({ items: z.array(view) }) } },
      handle: async () => ({ status: 200, body: { items: await credentials.list(MOST) } }),
    }),
    defineRoute({
      method: 'delete',
      path: '/partner-credentials/:credentialId',
      operationId: 'revokeCredential',
      summary: 'Revokes a credential; a repeat changes nothing. For operators.',
      params: z.object({ credentialId: z.string().max(100) }),
      auth: 'operator',
      answers: {
        204: { description: 'It is not valid any more.' },
        404: { description: 'There is no such credential.' },
      },
      handle: async ({ params: { credentialId } }) => {
        if (!(await credentials.revoke(credentialId, clock())))
          throw notFound('no-such-credential', `There is no credential ${credentialId}.`);
        return { status: 204 };
      },
    }),
  ];
}
