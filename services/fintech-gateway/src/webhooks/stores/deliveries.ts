import { type Database, insertOnce } from '@ksbb/document-store';
import type { EventType } from '../event-types.ts';
import type { Attempt } from '../send.ts';

/** `held`: the endpoint is disabled, and its partner may replay it. `exhausted`: every attempt failed. */
export type DeliveryState = 'pending' | 'delivered' | 'exhausted' | 'held';

/** One message on its way to one endpoint. */
export type Delivery = {
  deliveryId: string;
  endpointId: string;
  messageId: string;
  eventType: EventType;
  state: DeliveryState;
  /** Failed attempts since it was made or replayed last. */
  tries: number;
  dueAt: Date;
  createdAt: Date;
  attempts: Attempt[];
};

export type WebhookDeliveries = {
  /** Keeps a delivery, once. */
  add: (delivery: Omit<Delivery, 'deliveryId' | 'tries' | 'attempts'>) => Promise<boolean>;
  find: (deliveryId: string) => Promise<Delivery | null>;
  /** Endpoints that something is due for. */
  endpointsDue: (now: Date) => Promise<string[]>;
  /** What is due for an endpoint, longest first, without its log. */
  due: (
    endpointId: string,
    now: Date,
    limit: number,
  ) => Promise<Pick<Delivery, 'deliveryId' | 'messageId' | 'tries'>[]>;
  /** Writes down an attempt, and what follows from it. */
  settle: (deliveryId: string, attempt: Attempt, next: Pick<Delivery, 'state' | 'tries' | 'dueAt'>) => Promise<void>;
  /** Sends one again, with all its attempts. Null where there is none. */
  replay: (deliveryId: string, state: 'pending' | 'held', now: Date) => Promise<Delivery | null>;
  /** Holds all that waits for an endpoint. */
  hold: (endpointId: string) => Promise<void>;
  /** Of these messages those that an endpoint has received. */
  delivered: (endpointId: string, messageIds: readonly string[]) => Promise<Set<string>>;
  /** The newest first, before one of them. */
  list: (
    endpointId: string,
    state: DeliveryState | null,
    limit: number,
    before: Delivery | null,
  ) => Promise<Delivery[]>;
  sweep: (before: Date) => Promise<void>;
};

type Document = Omit<Delivery, 'deliveryId'> & { _id: string };

/** So many attempts of a delivery are kept, replays included. */
const KEPT_ATTEMPTS = 40;

export const deliveryIdOf = (endpointId: string, messageId: string) => `${endpointId}:${messageId}`;
const toDelivery = ({ _id: deliveryId, ...delivery }: Document): Delivery => ({ deliveryId, ...delivery });

export async function openWebhookDeliveries(connection: Database['connection']): Promise<WebhookDeliveries> {
  const collection = connection.collection<Document>('webhook-deliveries');
  await collection.createIndex({ state: 1, endpointId: 1, dueAt: 1 });
  await collection.createIndex({ endpointId: 1, createdAt: -1, _id: -1 });
  await collection.createIndex({ createdAt: 1 });
  return {
    add: (delivery) => {
      const _id = deliveryIdOf(delivery.endpointId, delivery.messageId);
      return insertOnce(connection.collection('webhook-deliveries'), { _id, ...delivery, tries: 0, attempts: [] });
    },
    find: async (deliveryId) => {
      const found = await collection.findOne({ _id: deliveryId });
      return found === null ? null : toDelivery(found);
    },
    endpointsDue: async (now) =>
      (await collection.distinct('endpointId', { state: 'pending', dueAt: { $lte: now } } as object)) as string[],
    due: async (endpointId, now, limit) => {
      const options = { projection: { messageId: 1, tries: 1 } };
      const found = await collection
        .find({ state: 'pending', endpointId, dueAt: { $lte: now } }, options)
        .sort({ dueAt: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id: deliveryId, messageId, tries }) => ({ deliveryId, messageId, tries }));
    },
    settle: async (deliveryId, attempt, next) => {
      const log = { $push: { attempts: { $each: [attempt], $slice: -KEPT_ATTEMPTS } } };
      await collection.updateOne({ _id: deliveryId }, { $set: next, ...log } as object);
    },
    replay: async (deliveryId, state, now) => {
      const after = await collection.findOneAndUpdate(
        { _id: deliveryId },
        { $set: { state, tries: 0, dueAt: now } },
        { returnDocument: 'after' },
      );
      return after === null ? null : toDelivery(after);
    },
    hold: async (endpointId) =>
      void (await collection.updateMany({ state: 'pending', endpointId }, { $set: { state: 'held' } })),
    delivered: async (endpointId, messageIds) => {
      const ids = messageIds.map((messageId) => deliveryIdOf(endpointId, messageId));
      const found = await collection
        .find({ _id: { $in: ids }, state: 'delivered' }, { projection: { messageId: 1 } })
        .toArray();
      return new Set(found.map(({ messageId }) => messageId));
    },
    list: async (endpointId, state, limit, before) => {
      const older =
        before === null
          ? []
          : [
              {
                $or: [
                  { createdAt: { $lt: before.createdAt } },
                  { createdAt: before.createdAt, _id: { $lt: before.deliveryId } },
                ],
              },
            ];
      const filter = { endpointId, ...(state === null ? {} : { state }), $and: [{}, ...older] };
      return (await collection.find(filter).sort({ createdAt: -1, _id: -1 }).limit(limit).toArray()).map(toDelivery);
    },
    sweep: async (before) => void (await collection.deleteMany({ createdAt: { $lt: before } })),
  };
}
