import { defineRoute, type Route, type SignatureAuthenticator, unauthorized } from '@ksbb/service-kit';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { partner } from '../partner/fields.ts';
import type { WebhookStore } from '../stores/webhooks.ts';

type Parts = { webhooks: WebhookStore; clock: () => Date };

const HEADERS = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

const received = z.object({
  partner,
  webhookId: z.string(),
  payload: z.string(),
  receivedAt: z.string(),
  times: z.int(),
});

const secretBody = z.strictObject({
  secret: z
    .string()
    .max(200)
    .regex(/^whsec_[A-Za-z0-9+/]{20,}=*$/, 'whsec_ and base64'),
});

/** Verifies webhooks as a partner would: with the library of Standard Webhooks. */
function webhookAuthenticator(webhooks: Pick<WebhookStore, 'secretOf'>): SignatureAuthenticator<undefined> {
  const refuse = () => unauthorized('This webhook is not genuine.');
  return {
    kind: 'partner',
    header: 'webhook-signature',
    checkHeaders: (request) => {
      if (request.get('webhook-signature') === undefined) throw refuse();
    },
    verifyBody: async (request, rawBody) => {
      const secret = await webhooks.secretOf(String(request.params.partner));
      if (secret === null) throw refuse();
      const headers = Object.fromEntries(HEADERS.map((name) => [name, request.get(name) ?? '']));
      try {
        new Webhook(secret).verify(rawBody.toString('utf8'), headers);
      } catch {
        throw refuse();
      }
      return undefined;
    },
  };
}

/** The receiver of the platform's webhooks, and what it has received. */
export function webhookRoutes({ webhooks, clock }: Parts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/webhooks/:partner',
      operationId: 'receiveWebhook',
      summary: "Takes the platform's webhooks of a partner; Standard Webhooks headers",
      auth: webhookAuthenticator(webhooks),
      params: z.object({ partner }),
      answers: { 204: { description: 'Taken; a repeat too' }, 401: { description: 'Not genuine' } },
      handle: async ({ request, rawBody, params }) => {
        await webhooks.record({
          partner: params.partner,
          webhookId: request.get('webhook-id') ?? '',
          payload: rawBody.toString('utf8'),
          receivedAt: clock().toISOString(),
        });
        return { status: 204 };
      },
    }),
    defineRoute({
      method: 'put',
      path: '/admin/webhook-secrets/:partner',
      operationId: 'adminSetWebhookSecret',
      summary: 'The secret that the webhooks of a partner are verified with',
      auth: 'operator',
      params: z.object({ partner }),
      body: secretBody,
      answers: { 204: { description: 'Set' } },
      handle: async ({ params, body: { secret } }) => {
        await webhooks.setSecret(params.partner, secret);
        return { status: 204 };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/admin/webhooks/:partner',
      operationId: 'adminListWebhooks',
      summary: 'Webhooks that came, the newest first, at most 200',
      auth: 'operator',
      params: z.object({ partner }),
      answers: {
        200: { description: 'Each once, and how often it came', schema: z.object({ webhooks: z.array(received) }) },
      },
      handle: async ({ params }) => {
        return { status: 200, body: { webhooks: await webhooks.list(params.partner) } };
      },
    }),
  ];
}
