import { defineSchema, openModel } from '@ksbb/document-store';
import type { Connection } from 'mongoose';
import type { Partner } from '../contract/record.ts';

/** A webhook of the platform. `times` counts how often it was received. */
export type ReceivedWebhook = {
  partner: Partner;
  webhookId: string;
  payload: string;
  receivedAt: string;
  times: number;
};

type WebhookDocument = ReceivedWebhook & { _id: string };
type SecretDocument = { _id: string; secret: string };

export type WebhookStore = Awaited<ReturnType<typeof openWebhooks>>;

const MAX_LISTED = 200;

const webhookSchema = defineSchema<WebhookDocument>({
  _id: String,
  partner: String,
  webhookId: String,
  payload: String,
  receivedAt: String,
  times: Number,
});
const secretSchema = defineSchema<SecretDocument>({ _id: String, secret: String });

/** The received webhooks, each once, and the secrets that verify them. */
export async function openWebhooks(connection: Connection) {
  const webhooks = await openModel(connection, 'webhooks', webhookSchema);
  const secrets = await openModel(connection, 'webhook-secrets', secretSchema);
  return {
    async setSecret(partner: Partner, secret: string): Promise<void> {
      await secrets.updateOne({ _id: partner }, { $set: { secret } }, { upsert: true });
    },

    async secretOf(partner: string): Promise<string | null> {
      return (await secrets.findById(partner).lean())?.secret ?? null;
    },

    /** Stores a webhook by its id and counts its repeats. */
    async record(webhook: Omit<ReceivedWebhook, 'times'>): Promise<void> {
      const _id = `${webhook.partner}:${webhook.webhookId}`;
      await webhooks.updateOne({ _id }, { $setOnInsert: webhook, $inc: { times: 1 } }, { upsert: true });
    },

    /** The newest webhooks of a partner. */
    async list(partner: Partner): Promise<ReceivedWebhook[]> {
      const found = await webhooks.find({ partner }).sort({ receivedAt: -1 }).limit(MAX_LISTED).lean();
      return found.map(({ _id, ...webhook }) => webhook);
    },
  };
}
