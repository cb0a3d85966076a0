import { type Database, defineSchema, driverCollection, insertOnce, openModel } from '@ksbb/document-store';
import { Schema } from 'mongoose';
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
  /** Failed attempts since it was added or last replayed. */
  tries: number;
  dueAt: Date;
  createdAt: Date;
  attempts: Attempt[];
};

/** A delivery that is due, without its log. */
export type DueDelivery = Pick<Delivery, 'deliveryId' | 'messageId' | 'tries'>;

export type WebhookDeliveries = {
  /** Inserts a delivery, once. */
  add: (delivery: Omit<Delivery, 'deliveryId' | 'tries' | 'attempts'>) => Promise<boolean>;
  find: (deliveryId: string) => Promise<Delivery | null>;
  /** The endpoints for which something is due. */
  endpointsDue: (now: Date) => Promise<string[]>;
  /** The due deliveries of an endpoint, the one that is due longest first. */
  due: (endpointId: string, now: Date, limit: number) => Promise<DueDelivery[]>;
  /** Records an attempt, and what follows from it. */
  settle: (deliveryId: string, attempt: Attempt, next: Pick<Delivery, 'state' | 'tries' | 'dueAt'>) => Promise<void>;
  /** Sends a delivery again, with all its attempts. Null where there is none. */
  replay: (deliveryId: string, state: 'pending' | 'held', now: Date) => Promise<Delivery | null>;
  /** Holds everything that is pending for an endpoint. */
  hold: (endpointId: string) => Promise<void>;
  /** Those of these messages that an endpoint has received. */
  delivered: (endpointId: string, messageIds: readonly string[]) => Promise<Set<string>>;
  /** The newest first, before one of them. */
  list: (
    endpointId: string,
    state: DeliveryState | null,
    limit: number,
    before: Delivery | null,
  ) => Promise<Delivery[]>;
  /** Deletes what is older. */
  sweep: (before: Date) => Promise<void>;
};

type StoredDelivery = Omit<Delivery, 'deliveryId'> & { _id: string };

const deliverySchema = defineSchema<StoredDelivery>({
  _id: String,
  endpointId: String,
  messageId: String,
  eventType: String,
  state: String,
  tries: Number,
  dueAt: Date,
  createdAt: Date,
  attempts: [
    {
      _id: false,
      at: String,
      durationMs: Number,
      request: { url: String, headers: Schema.Types.Mixed },
      status: Number,
      answer: String,
      error: String,
    },
  ],
});
deliverySchema.index({ state: 1, endpointId: 1, dueAt: 1 });
deliverySchema.index({ endpointId: 1, createdAt: -1, _id: -1 });
deliverySchema.index({ createdAt: 1 });

/** Of a delivery this many attempts are kept, replays included. */
const KEPT_ATTEMPTS = 40;

export const deliveryIdOf = (endpointId: string, messageId: string) => `${endpointId}:${messageId}`;
const toDelivery = ({ _id: deliveryId, ...delivery }: StoredDelivery): Delivery => ({ deliveryId, ...delivery });

export async function openWebhookDeliveries(connection: Database['connection']): Promise<WebhookDeliveries> {
  const model = await openModel(connection, 'webhook-deliveries', deliverySchema);
  // Each attempt is settled by one update: without Mongoose's casts it takes half the processor time.
  const attemptsLog = driverCollection(model);
  return {
    add: (delivery) => {
      const _id = deliveryIdOf(delivery.endpointId, delivery.messageId);
      return insertOnce(model, { _id, ...delivery, tries: 0, attempts: [] });
    },
    find: async (deliveryId) => {
      const found = await model.findById(deliveryId).lean();
      return found === null ? null : toDelivery(found);
    },
    endpointsDue: (now) => model.distinct('endpointId', { state: 'pending', dueAt: { $lte: now } }).exec(),
    due: async (endpointId, now, limit) => {
      const found = await model
        .find({ state: 'pending', endpointId, dueAt: { $lte: now } }, { messageId: 1, tries: 1 })
        .sort({ dueAt: 1 })
        .limit(limit)
        .lean();
      return found.map(({ _id: deliveryId, messageId, tries }) => ({ deliveryId, messageId, tries }));
    },
    settle: async (deliveryId, attempt, next) => {
      const log = { attempts: { $each: [attempt], $slice: -KEPT_ATTEMPTS } };
      await attemptsLog.updateOne({ _id: deliveryId }, { $set: next, $push: log });
    },
    replay: async (deliveryId, state, now) => {
      const change = { $set: { state, tries: 0, dueAt: now } };
      const after = await model.findOneAndUpdate({ _id: deliveryId }, change, { returnDocument: 'after' }).lean();
      return after === null ? null : toDelivery(after);
    },
    hold: async (endpointId) =>
      void (await model.updateMany({ state: 'pending', endpointId }, { $set: { state: 'held' } })),
    delivered: async (endpointId, messageIds) => {
      const ids = messageIds.map((messageId) => deliveryIdOf(endpointId, messageId));
      const found = await model.find({ _id: { $in: ids }, state: 'delivered' }, { messageId: 1 }).lean();
      return new Set(found.map(({ messageId }) => messageId));
    },
    list: async (endpointId, state, limit, before) => {
      const older =
        before === null
          ? {}
          : {
              $or: [
                { createdAt: { $lt: before.createdAt } },
                { createdAt: before.createdAt, _id: { $lt: before.deliveryId } },
              ],
            };
      const found = await model
        .find({ endpointId, ...(state === null ? {} : { state }), ...older })
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit)
        .lean();
      return found.map(toDelivery);
    },
    sweep: async (before) => void (await model.deleteMany({ createdAt: { $lt: before } })),
  };
}
