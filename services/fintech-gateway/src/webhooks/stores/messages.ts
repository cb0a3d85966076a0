import type { Partner } from '@ksbb/contracts';
import { type Database, defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import type { EventType } from '../event-types.ts';

/** What a partner is sent, byte for byte. */
export type WebhookMessage = {
  messageId: string;
  partner: Partner;
  eventType: EventType;
  payload: string;
  createdAt: Date;
};

export type WebhookMessages = {
  /** Inserts a message, once. */
  add: (message: WebhookMessage) => Promise<boolean>;
  many: (messageIds: readonly string[]) => Promise<Map<string, WebhookMessage>>;
  /** A partner's messages of these types from one moment to before another, oldest first, after the message `after`. */
  between: (
    partner: Partner,
    types: readonly EventType[],
    from: Date,
    to: Date,
    limit: number,
    after: WebhookMessage | null,
  ) => Promise<WebhookMessage[]>;
  /** Deletes what is older. */
  sweep: (before: Date) => Promise<void>;
};

type StoredMessage = Omit<WebhookMessage, 'messageId'> & { _id: string };

const messageSchema = defineSchema<StoredMessage>({
  _id: String,
  partner: String,
  eventType: String,
  payload: String,
  createdAt: Date,
});
messageSchema.index({ partner: 1, createdAt: 1, _id: 1 });
messageSchema.index({ createdAt: 1 });

const toMessage = ({ _id: messageId, ...message }: StoredMessage): WebhookMessage => ({ messageId, ...message });

export async function openWebhookMessages(connection: Database['connection']): Promise<WebhookMessages> {
  const model = await openModel(connection, 'webhook-messages', messageSchema);
  return {
    add: ({ messageId, ...message }) => insertOnce(model, { _id: messageId, ...message }),
    many: async (messageIds) => {
      const found = await model.find({ _id: { $in: [...messageIds] } }).lean();
      return new Map(found.map((stored) => [stored._id, toMessage(stored)]));
    },
    between: async (partner, types, from, to, limit, after) => {
      const later =
        after === null
          ? {}
          : {
              $or: [
                { createdAt: { $gt: after.createdAt } },
                { createdAt: after.createdAt, _id: { $gt: after.messageId } },
              ],
            };
      const found = await model
        .find({ partner, eventType: { $in: [...types] }, createdAt: { $gte: from, $lt: to }, ...later })
        .sort({ createdAt: 1, _id: 1 })
        .limit(limit)
        .lean();
      return found.map(toMessage);
    },
    sweep: async (before) => void (await model.deleteMany({ createdAt: { $lt: before } })),
  };
}
