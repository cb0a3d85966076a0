import type { Partner } from '@ksbb/contracts';
import { type Database, insertOnce } from '@ksbb/document-store';
import type { EventType } from '../event-types.ts';

/** What a partner is told, byte for byte. */
export type Message = { messageId: string; partner: Partner; eventType: EventType; payload: string; createdAt: Date };

export type WebhookMessages = {
  /** Keeps a message, once. */
  add: (message: Message) => Promise<boolean>;
  many: (messageIds: readonly string[]) => Promise<Map<string, Message>>;
  /** A partner's messages of these types from one moment to before another, oldest first, after the message `after`. */
  between: (
    partner: Partner,
    types: readonly EventType[],
    from: Date,
    to: Date,
    limit: number,
    after: Message | null,
  ) => Promise<Message[]>;
  /** Forgets what is older. */
  sweep: (before: Date) => Promise<void>;
};

type Document = Omit<Message, 'messageId'> & { _id: string };

const toMessage = ({ _id: messageId, ...message }: Document): Message => ({ messageId, ...message });

export async function openWebhookMessages(connection: Database['connection']): Promise<WebhookMessages> {
  const collection = connection.collection<Document>('webhook-messages');
  await collection.createIndex({ partner: 1, createdAt: 1, _id: 1 });
  await collection.createIndex({ createdAt: 1 });
  return {
    add: ({ messageId, ...message }) =>
      insertOnce(connection.collection('webhook-messages'), { _id: messageId, ...message }),
    many: async (messageIds) => {
      const found = await collection.find({ _id: { $in: [...messageIds] } }).toArray();
      return new Map(found.map((document) => [document._id, toMessage(document)]));
    },
    between: async (partner, types, from, to, limit, after) => {
      const later =
        after === null
          ? []
          : [
              {
                $or: [
                  { createdAt: { $gt: after.createdAt } },
                  { createdAt: after.createdAt, _id: { $gt: after.messageId } },
                ],
              },
            ];
      const filter = {
        partner,
        eventType: { $in: [...types] },
        createdAt: { $gte: from, $lt: to },
        $and: [{}, ...later],
      };
      return (await collection.find(filter).sort({ createdAt: 1, _id: 1 }).limit(limit).toArray()).map(toMessage);
    },
    sweep: async (before) => void (await collection.deleteMany({ createdAt: { $lt: before } })),
  };
}
