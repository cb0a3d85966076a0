import type { Partner } from '@ksbb/contracts';
import { type Database, defineSchema, insertOnce, openModel } from '@ksbb/document-store';
import { Schema } from 'mongoose';
import type { EventType } from '../event-types.ts';
import type { Health } from '../delivery-policy.ts';

/** `expiresAt` is null for the newest secret. Older secrets are still used for a while after a rotation. */
export type Secret = { secret: string; expiresAt: string | null };

export type Endpoint = {
  endpointId: string;
  partner: Partner;
  url: string;
  description: string;
  eventTypes: Exclude<EventType, 'test'>[];
  secrets: Secret[];
  /** Why and since when it is sent nothing; null where it is enabled. */
  disabled: { reason: 'by-partner' | 'gone' | 'failing'; at: string } | null;
  health: Health;
  /** Grows with every change that its partner makes or sees. */
  version: number;
  createdAt: string;
};

export type EndpointChange = Partial<
  Pick<Endpoint, 'url' | 'description' | 'eventTypes' | 'secrets' | 'disabled' | 'health'>
>;

export type WebhookEndpoints = {
  /** Inserts a new endpoint. False where its id is there already. */
  add: (endpoint: Endpoint) => Promise<boolean>;
  find: (endpointId: string) => Promise<Endpoint | null>;
  ofPartner: (partner: Partner) => Promise<Endpoint[]>;
  /** Changes an endpoint of this version; null where it has another version now, or is gone. */
  change: (endpoint: Endpoint, change: EndpointChange) => Promise<Endpoint | null>;
  remove: (endpointId: string) => Promise<void>;
  /**
   * Leases an enabled endpoint for `leaseMs`: nobody else delivers to it meanwhile. The same holder may prolong the
   * lease.
   */
  lease: (endpointId: string, holder: string, now: Date, leaseMs: number) => Promise<Endpoint | null>;
  release: (endpointId: string, holder: string) => Promise<void>;
  setHealth: (endpointId: string, health: Health) => Promise<void>;
  /** Disables an endpoint. Says whether it was enabled. */
  disable: (endpointId: string, reason: 'gone' | 'failing', now: Date) => Promise<boolean>;
};

type StoredEndpoint = Omit<Endpoint, 'endpointId'> & { _id: string; holder: string | null; leasedUntil: Date };

const text = { type: String, required: true };
const endpointSchema = defineSchema<StoredEndpoint>({
  _id: text,
  partner: text,
  url: text,
  description: String,
  eventTypes: [String],
  secrets: [{ _id: false, secret: text, expiresAt: String }],
  disabled: { type: Schema.Types.Mixed, default: null },
  health: { _id: false, failures: Number, failingSince: String },
  version: Number,
  createdAt: text,
  holder: String,
  leasedUntil: Date,
});
endpointSchema.index({ partner: 1 });

/** More than a partner has use for. */
export const MOST_ENDPOINTS = 50;

function toEndpoint({ _id: endpointId, holder: _, leasedUntil: __, ...endpoint }: StoredEndpoint): Endpoint {
  return { endpointId, ...endpoint };
}

const NEVER = new Date(0);

export async function openWebhookEndpoints(connection: Database['connection']): Promise<WebhookEndpoints> {
  const model = await openModel(connection, 'webhook-endpoints', endpointSchema);
  return {
    add: ({ endpointId, ...endpoint }) =>
      insertOnce(model, { _id: endpointId, ...endpoint, holder: null, leasedUntil: NEVER }),
    find: async (endpointId) => {
      const found = await model.findById(endpointId).lean();
      return found === null ? null : toEndpoint(found);
    },
    ofPartner: async (partner) =>
      (await model.find({ partner }).sort({ _id: 1 }).limit(MOST_ENDPOINTS).lean()).map(toEndpoint),
    change: async ({ endpointId, version }, change) => {
      const update = { $set: change, $inc: { version: 1 } };
      const after = await model
        .findOneAndUpdate({ _id: endpointId, version }, update, { returnDocument: 'after' })
        .lean();
      return after === null ? null : toEndpoint(after);
    },
    remove: async (endpointId) => void (await model.deleteOne({ _id: endpointId })),
    lease: async (endpointId, holder, now, leaseMs) => {
      const free = { _id: endpointId, disabled: null, $or: [{ holder }, { leasedUntil: { $lte: now } }] };
      const leased = { $set: { holder, leasedUntil: new Date(now.getTime() + leaseMs) } };
      const after = await model.findOneAndUpdate(free, leased, { returnDocument: 'after' }).lean();
      return after === null ? null : toEndpoint(after);
    },
    release: async (endpointId, holder) =>
      void (await model.updateOne({ _id: endpointId, holder }, { $set: { leasedUntil: NEVER } })),
    setHealth: async (endpointId, health) => void (await model.updateOne({ _id: endpointId }, { $set: { health } })),
    disable: async (endpointId, reason, now) => {
      const change = { $set: { disabled: { reason, at: now.toISOString() } }, $inc: { version: 1 } };
      const { matchedCount } = await model.updateOne({ _id: endpointId, disabled: null }, change);
      return matchedCount > 0;
    },
  };
}

/** The secrets that a message is signed with now. */
export function activeSecrets({ secrets }: Pick<Endpoint, 'secrets'>, now: Date): string[] {
  return secrets
    .filter(({ expiresAt }) => expiresAt === null || Date.parse(expiresAt) > now.getTime())
    .map(({ secret }) => secret);
}
