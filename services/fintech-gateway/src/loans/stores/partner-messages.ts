import type { Partner } from '@ksbb/contracts';
import { type Database, defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import type { FieldError } from '@ksbb/service-kit';
import { Schema } from 'mongoose';
import type { Report } from '../core/partner-reports.ts';

/** A genuine message of a partner that could not be recorded, kept for a person. It holds no personal data. */
export type QuarantinedMessage = {
  partner: Partner;
  deliveryId: string;
  /** A refusal of the loan, or `malformed`. */
  reason: string;
  at: string;
  reference: string | null;
  report: Report | null;
  /** The fields that did not fit, where the message could not be read. */
  errors: FieldError[];
};

export type Quarantine = {
  /** Keeps a message once, however often it comes. Says whether it is new. */
  put: (message: QuarantinedMessage) => Promise<boolean>;
  find: (partner: Partner, deliveryId: string) => Promise<QuarantinedMessage | null>;
  /** Removes a message that is recorded now. */
  remove: (partner: Partner, deliveryId: string) => Promise<void>;
  /** In the order of `quarantineCursor`, after one cursor. */
  list: (limit: number, after: string | null) => Promise<QuarantinedMessage[]>;
};

const idOf = (partner: Partner, deliveryId: string) => `${partner}:${deliveryId}`;
export const quarantineCursor = ({ partner, deliveryId }: QuarantinedMessage) => idOf(partner, deliveryId);

/** `fact` is the name of the report in stored messages. */
type StoredMessage = Omit<QuarantinedMessage, 'report'> & { _id: string; fact: Report | null };

const messageSchema = defineSchema<StoredMessage>({
  _id: String,
  partner: String,
  deliveryId: String,
  reason: String,
  at: String,
  reference: String,
  fact: { type: Schema.Types.Mixed, default: null },
});
// The name is old, and Mongoose warns of it: its own documents have a property `errors`. Reads are lean.
messageSchema.set('suppressReservedKeysWarning', true);
messageSchema.add({ errors: [{ _id: false, pointer: String, detail: String }] });

const toMessage = ({ _id: _, fact: report, ...message }: StoredMessage): QuarantinedMessage => ({ ...message, report });

export async function openQuarantine(connection: Database['connection']): Promise<Quarantine> {
  const model = await openModel(connection, 'set-aside', messageSchema);
  return {
    put: ({ report: fact, ...message }) =>
      insertOnce(model, { _id: quarantineCursor({ report: fact, ...message }), ...message, fact }),
    find: async (partner, deliveryId) => {
      const found = await model.findById(idOf(partner, deliveryId)).lean();
      return found === null ? null : toMessage(found);
    },
    remove: async (partner, deliveryId) => {
      await model.deleteOne({ _id: idOf(partner, deliveryId) });
    },
    list: async (limit, after) => {
      const found = await model
        .find(after === null ? {} : { _id: { $gt: after } })
        .sort({ _id: 1 })
        .limit(limit)
        .lean();
      return found.map(toMessage);
    },
  };
}

export type Cursors = {
  /** How far a partner's feed has been read; null where it never was. */
  load: (partner: Partner) => Promise<string | null>;
  save: (partner: Partner, cursor: string) => Promise<void>;
};

const cursorSchema = defineSchema<{ _id: string; cursor: string }>({ _id: String, cursor: String });

export async function openCursors(connection: Database['connection']): Promise<Cursors> {
  const model = await openModel(connection, 'cursors', cursorSchema);
  return {
    load: async (partner) => (await model.findById(partner).lean())?.cursor ?? null,
    save: async (partner, cursor) => {
      await model.updateOne({ _id: partner }, { $set: { cursor } }, { upsert: true });
    },
  };
}
