import { type Connection, Schema } from 'mongoose';
import type { Partner } from '../contract/record.ts';

/** A webhook that a partner got from the platform. `times`: how often it came. */
export type ReceivedWebhook = {
  partner: Partner;
  webhookId: string;
  payload: string;
  receivedAt: string;
  times: number;
};

type WebhookDocument = ReceivedWebhook & { _id: string };
type SecretDocument = { _id: string; secret: string };

export type WebhookStore = ReturnType<typeof createWebhookStore>;

const MOST = 200;

const text = { type: String, required: true };
const webhookSchema = new Schema<WebhookDocument>(
  {
    _id: text,
    partner: text,
    webhookId: text,
    payload: text,
    receivedAt: text,
    times: { type: Number, required: true },
  } as never,
  { versionKey: false, collection: 'webhooks' },
);
const secretSchema = new Schema<SecretDocument>({ _id: text, secret: text } as never, {
  versionKey: false,
  collection: 'webhook-secrets',
});

/** What came by webhook, each once, and the secrets they are verified with. */
export function createWebhookStore(connection: Connection) {
  const model = connection.model<WebhookDocument>('Webhook', webhookSchema);
  const secrets = connection.model<SecretDocument>('WebhookSecret', secretSchema);
  return {
    async setSecret(partner: Partner, secret: string): Promise<void> {
      await secrets.updateOne({ _id: partner }, { $set: { secret } }, { upsert: true });
    },

    async secretOf(partner: string): Promise<string | null> {
      return (await secrets.findById(partner).lean<SecretDocument>())?.secret ?? null;
    },

    /** Keeps a webhook by its id, and counts its repeats. */
    async record({ times: _, ...webhook }: Omit<ReceivedWebhook, 'times'> & { times?: never }): Promise<void> {
      const _id = `${webhook.partner}:${webhook.webhookId}`;
      await model.updateOne({ _id }, { $setOnInsert: webhook, $inc: { times: 1 } }, { upsert: true });
    },

    /** The newest of a partner. */
    async list(partner: Partner): Promise<ReceivedWebhook[]> {
      const found = await model.find({ partner }).sort({ receivedAt: -1 }).limit(MOST).lean<WebhookDocument[]>();
      return found.map(({ _id, ...webhook }) => webhook);
    },
  };
}
