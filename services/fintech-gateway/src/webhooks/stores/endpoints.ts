import type { Partner } from '@ksbb/contracts';
import { type Database, insertOnce } from '@ksbb/document-store';
import type { EventType } from '../event-types.ts';
import type { Health } from '../health.ts';

/** `expiresAt` is null for the newest secret; older ones go on being used for a while after a rotation. */
export type Secret = { secret: string; expiresAt: string | null };

export type Endpoint = {
  endpointId: string;
  partner: Partner;
  url: string;
  description: string;
  eventTypes: Exclude<EventType, 'test'>[];
  secrets: Secret[];
  /** Why and since when it is sent nothing; null where it is. */
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
  /** Keeps a new endpoint. False where its id is there already. */
  add: (endpoint: Endpoint) => Promise<boolean>;
  find: (endpointId: string) => Promise<Endpoint | null>;
  ofPartner: (partner: Partner) => Promise<Endpoint[]>;
  /** Changes an endpoint that still has this version; null where it has not, or is gone. */
  change: (endpoint: Endpoint, change: EndpointChange) => Promise<Endpoint | null>;
  remove: (endpointId: string) => Promise<void>;
  /** Takes an endpoint that is sent something for `leaseMs`: nobody else delivers to it meanwhile. Again by the same holder: longer. */
  lease: (endpointId: string, holder: string, now: Date, leaseMs: number) => Promise<Endpoint | null>;
  release: (endpointId: string, holder: string) => Promise<void>;
  /** Remembers how it answers. */
  setHealth: (endpointId: string, health: Health) => Promise<void>;
  /** Sends it nothing more, unless that is so already. Answers whether it was not. */
  disable: (endpointId: string, reason: 'gone' | 'failing', now: Date) => Promise<boolean>;
};

type Document = Omit<Endpoint, 'endpointId'> & { _id: string; holder: string | null; leasedUntil: Date };

/** More than a partner has use for. */
export const MOST_ENDPOINTS = 50;

function toEndpoint({ _id: endpointId, holder: _, leasedUntil: __, ...endpoint }: Document): Endpoint {
  return { endpointId, ...endpoint };
}

export async function openWebhookEndpoints(connection: Database['connection']): Promise<WebhookEndpoints> {
  const collection = connection.collection<Document>('webhook-endpoints');
  await collection.createIndex({ partner: 1 });
  return {
    add: ({ endpointId, ...endpoint }) =>
      insertOnce(connection.collection('webhook-endpoints'), {
        _id: endpointId,
        ...endpoint,
        holder: null,
        leasedUntil: new Date(0),
      }),
    find: async (endpointId) => {
      const found = await collection.findOne({ _id: endpointId });
      return found === null ? null : toEndpoint(found);
    },
    ofPartner: async (partner) =>
      (await collection.find({ partner }).sort({ _id: 1 }).limit(MOST_ENDPOINTS).toArray()).map(toEndpoint),
    change: async ({ endpointId, version }, change) => {
      const after = await collection.findOneAndUpdate(
        { _id: endpointId, version },
        { $set: change, $inc: { version: 1 } },
        { returnDocument: 'after' },
      );
      return after === null ? null : toEndpoint(after);
    },
    remove: async (endpointId) => void (await collection.deleteOne({ _id: endpointId })),
    lease: async (endpointId, holder, now, leaseMs) => {
      const free = { _id: endpointId, disabled: null, $or: [{ holder }, { leasedUntil: { $lte: now } }] };
      const leased = { holder, leasedUntil: new Date(now.getTime() + leaseMs) };
      const after = await collection.findOneAndUpdate(free, { $set: leased }, { returnDocument: 'after' });
      return after === null ? null : toEndpoint(after);
    },
    release: async (endpointId, holder) =>
      void (await collection.updateOne({ _id: endpointId, holder }, { $set: { leasedUntil: new Date(0) } })),
    setHealth: async (endpointId, health) =>
      void (await collection.updateOne({ _id: endpointId }, { $set: { health } })),
    disable: async (endpointId, reason, now) => {
      const change = { $set: { disabled: { reason, at: now.toISOString() } }, $inc: { version: 1 } };
      const { matchedCount } = await collection.updateOne({ _id: endpointId, disabled: null }, change);
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
