import type { Partner } from '@ksbb/contracts';
import { type Database, insertOnce } from '@ksbb/document-store';
import type { FieldError } from '@ksbb/service-kit';
import type { Fact } from '../core/partner-reports.ts';

/** A genuine message of a partner that could not be booked, kept for a person. It holds no personal data. */
export type SetAside = {
  partner: Partner;
  deliveryId: string;
  /** A word of `contradiction` and the like. */
  reason: string;
  at: string;
  reference: string | null;
  fact: Fact | null;
  /** Fields that did not fit, where the message could not be read. */
  errors: FieldError[];
};

export type SetAsideStore = {
  /** Keeps a message once, however often it comes. Answers whether it is new. */
  put: (message: SetAside) => Promise<boolean>;
  find: (partner: Partner, deliveryId: string) => Promise<SetAside | null>;
  /** It is booked after all. */
  remove: (partner: Partner, deliveryId: string) => Promise<void>;
  /** One page in the order of partner and delivery. */
  list: (limit: number, after: string | null) => Promise<{ items: SetAside[]; nextCursor: string | null }>;
};

export function openSetAside(connection: Database['connection']): SetAsideStore {
  const collection = connection.collection<SetAside & { _id: string }>('set-aside');
  return {
    put: (message) =>
      insertOnce(connection.collection('set-aside'), { _id: `${message.partner}:${message.deliveryId}`, ...message }),
    find: async (partner, deliveryId) => {
      const found = await collection.findOne({ _id: `${partner}:${deliveryId}` });
      if (found === null) return null;
      const { _id: _, ...message } = found;
      return message;
    },
    remove: async (partner, deliveryId) => {
      await collection.deleteOne({ _id: `${partner}:${deliveryId}` });
    },
    list: async (limit, after) => {
      const documents = await collection
        .find(after === null ? {} : { _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit + 1)
        .toArray();
      const page = documents.slice(0, limit);
      const nextCursor = documents.length > limit ? (page.at(-1)?._id ?? null) : null;
      return { items: page.map(({ _id: _, ...message }) => message), nextCursor };
    },
  };
}
