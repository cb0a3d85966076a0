import { type Connection, Schema } from 'mongoose';
import type { Partner } from '../contract/record.ts';

export const FAULT_ROUTES = ['create-contract', 'get-contract', 'cancel-contract', 'statement', 'events'] as const;
export type FaultRoute = (typeof FAULT_ROUTES)[number];

/** `drip` is the earlier name of `slow-response`. */
export const FAULT_KINDS = ['status', 'latency', 'hang', 'slow-response', 'drip', 'reset', 'lost-answer'] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export type Fault = {
  id: string;
  partner: Partner;
  route: FaultRoute;
  kind: FaultKind;
  status: number | null;
  retryAfterSeconds: number | null;
  milliseconds: number | null;
  times: number;
  served: number;
  createdAt: string;
};

type FaultDocument = Omit<Fault, 'id'> & { _id: string; remaining: number };

export type FaultStore = ReturnType<typeof createFaultStore>;

const MAX_FAULTS = 100;

const schema = new Schema<FaultDocument>(
  {
    _id: { type: String, required: true },
    partner: { type: String, required: true },
    route: { type: String, required: true },
    kind: { type: String, required: true },
    status: { type: Number, default: null },
    retryAfterSeconds: { type: Number, default: null },
    milliseconds: { type: Number, default: null },
    times: { type: Number, required: true },
    served: { type: Number, required: true },
    remaining: { type: Number, required: true },
    createdAt: { type: String, required: true },
  } as never,
  { versionKey: false, collection: 'faults' },
);

function faultOf(document: FaultDocument): Fault {
  const { _id: id, remaining: _, ...rest } = document;
  return { id, ...rest };
}

/** Faults on demand, used up one call at a time by however many replicas there are. */
export function createFaultStore(connection: Connection) {
  const model = connection.model<FaultDocument>('Fault', schema);
  const oldestFirst = { createdAt: 1, _id: 1 } as const;
  return {
    /** Keeps a fault. False where there are 100 already. */
    async add({ id, ...fault }: Fault): Promise<boolean> {
      if ((await model.countDocuments({})) >= MAX_FAULTS) return false;
      await model.create({ ...fault, _id: id, remaining: fault.times - fault.served } as never);
      return true;
    },

    /** Uses up one call of the oldest fault for this route, if there is one. */
    async take(partner: Partner, route: FaultRoute): Promise<Fault | null> {
      const taken = await model
        .findOneAndUpdate(
          { partner, route, remaining: { $gt: 0 } },
          { $inc: { remaining: -1, served: 1 } },
          { sort: oldestFirst },
        )
        .lean<FaultDocument>();
      return taken && faultOf(taken);
    },

    async list(): Promise<Fault[]> {
      const documents = await model.find({}).sort(oldestFirst).limit(MAX_FAULTS).lean<FaultDocument[]>();
      return documents.map(faultOf);
    },

    async clear(): Promise<void> {
      await model.deleteMany({});
    },
  };
}
