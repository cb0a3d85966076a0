import { badRequest, defineRoute, requireBearer, type Route, unauthorized } from '@ksbb/service-kit';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { partner } from '../admin/fields.ts';
import type { WebhookStore } from '../stores/webhooks.ts';

type Parts = { webhooks: WebhookStore; clock: () => Date; adminToken: string };

const received = z.object({
  partner,
  webhookId: z.string(),
  payload: z.string(),
  receivedAt: z.string(),
  times: z.int(),
});

/** Verified by the library of Standard Webhooks, as a partner would. */
function isGenuine(secret: string, rawBody: Buffer, headers: Record<string, string>): boolean {
  try {
    new Webhook(secret).verify(rawBody.toString('utf8'), headers);
    return true;
  } catch {
    return false;
  }
}

/** Where a partner takes the platform's webhooks, and what came. */
export function webhookRoutes({ webhooks, clock, adminToken }: Parts): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/webhooks/:partner',
      operationId: 'receiveWebhook',
      summary: "Takes the platform's webhooks of a partner; Standard Webhooks headers",
      params: z.object({ partner }),
      answers: { 204: { description: 'Taken; a repeat too' }, 401: { description: 'Not genuine' } },
      handle: async ({ request, rawBody, params }) => {
        const secret = await webhooks.secretOf(params.partner);
        const header = (name: string) => request.get(name) ?? '';
        const headers = {
          'webhook-id': header('webhook-id'),
          'webhook-timestamp': header('webhook-timestamp'),
          'webhook-signature': header('webhook-signature'),
        };
        if (secret === null || !isGenuine(secret, rawBody, headers)) throw unauthorized('This webhook is not genuine.');
        await webhooks.keep({
          partner: params.partner,
          webhookId: headers['webhook-id'],
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
      params: z.object({ partner }),
      body: z.strictObject({ secret: z.string().max(200) }),
      bearer: true,
      answers: { 204: { description: 'Set' } },
      handle: async ({ request, params, body: { secret } }) => {
        requireBearer(request, adminToken);
        if (!/^whsec_[A-Za-z0-9+/]{20,}=*$/.test(secret))
          throw badRequest('The secret cannot be used.', [{ pointer: '/secret', detail: 'whsec_ and base64' }]);
        await webhooks.setSecret(params.partner, secret);
        return { status: 204 };
      },
    }),
    defineRoute({
      method: 'get',
      path: '/admin/webhooks/:partner',
      operationId: 'adminListWebhooks',
      summary: 'Webhooks that came, the newest first, at most 200',
      params: z.object({ partner }),
      bearer: true,
      answers: {
        200: { description: 'Each once, and how often it came', schema: z.object({ webhooks: z.array(received) }) },
      },
      handle: async ({ request, params }) => {
        requireBearer(request, adminToken);
        return { status: 200, body: { webhooks: await webhooks.list(params.partner) } };
      },
    }),
  ];
}
