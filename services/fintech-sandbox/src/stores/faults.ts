import { defineSchema, openModel } from '@ksbb/document-store';
import type { Connection } from 'mongoose';
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

export type FaultStore = Awaited<ReturnType<typeof openFaults>>;

const MAX_FAULTS = 100;

const schema = defineSchema<FaultDocument>({
  _id: String,
  partner: String,
  route: String,
  kind: String,
  status: Number,
  retryAfterSeconds: Number,
  milliseconds: Number,
  times: Number,
  served: Number,
  remaining: Number,
  createdAt: String,
});

function faultOf({ _id: id, remaining: _, ...rest }: FaultDocument): Fault {
  return { id, ...rest };
}

/** Faults on demand. Each call uses one, however many replicas run. */
export async function openFaults(connection: Connection) {
  const model = await openModel(connection, 'faults', schema);
  const oldestFirst = { createdAt: 1, _id: 1 } as const;
  return {
    /** False where there are 100 faults already. */
    async add({ id, ...fault }: Fault): Promise<boolean> {
      if ((await model.countDocuments({})) >= MAX_FAULTS) return false;
      await model.create({ ...fault, _id: id, remaining: fault.times - fault.served });
      return true;
    },

    /** Uses one call of the oldest fault for this route, if there is one. */
    async take(partner: Partner, route: FaultRoute): Promise<Fault | null> {
      const taken = await model
        .findOneAndUpdate(
          { partner, route, remaining: { $gt: 0 } },
          { $inc: { remaining: -1, served: 1 } },
          { sort: oldestFirst },
        )
        .lean();
      return taken && faultOf(taken);
    },

    async list(): Promise<Fault[]> {
      const documents = await model.find({}).sort(oldestFirst).limit(MAX_FAULTS).lean();
      return documents.map(faultOf);
    },

    async clear(): Promise<void> {
      await model.deleteMany({});
    },
  };
}
