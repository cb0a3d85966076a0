import {
  commitmentClosed,
  commitmentConfirmed,
  lineDelivered,
  lineReceiptConfirmed,
  lineReleased,
  type MakeCommitmentRequest,
  needCoverageChanged,
} from '@ksbb/contracts';
import {
  defineSchema,
  type DocumentStore,
  insertOnce,
  openModel,
  type Stored,
  type StoreDefinition,
} from '@ksbb/document-store';
import type { Connection } from 'mongoose';
import {
  type Commitment,
  type CommitmentEvent,
  evolve as evolveCommitment,
  initialState as initialCommitment,
} from './commitment/commitment.ts';
import {
  type Board,
  type BoardEvent,
  evolve as evolveBoard,
  initialState as initialBoard,
} from './needs-board/board.ts';

/** One needs board for each MSME, by its id. */
export type Boards = DocumentStore<Board, BoardEvent>;

export const boardStore: StoreDefinition<Board, BoardEvent> = {
  collection: 'boards',
  initial: initialBoard,
  evolve: evolveBoard,
  publishes: [needCoverageChanged],
};

/** The boards of these MSMEs, in any order. MSMEs without a board are left out. */
export async function findBoards(boards: Boards, msmeIds: readonly string[]): Promise<Board[]> {
  const found = await boards.find({ _id: { $in: msmeIds } }, msmeIds.length);
  return found.map(({ state }) => state);
}

/** Commitments by collaboration ID. */
export type Commitments = DocumentStore<Commitment, CommitmentEvent>;

/**
 * `idempotencyKey` is the hash of the key of the request that made the commitment. `reservingSince` exists only until
 * the reservation ends, so its sparse index is as small as the work that is left. The id behind the time makes it
 * unique.
 */
function keysOf(state: Commitment): Record<string, string> {
  if (state.status === 'none') return {};
  const { access, requestedAt, collaborationId } = state.request;
  return {
    ...(access === null ? {} : { idempotencyKey: access.key }),
    ...(state.status === 'reserving' ? { reservingSince: `${requestedAt} ${collaborationId}` } : {}),
  };
}

export const commitmentStore: StoreDefinition<Commitment, CommitmentEvent> = {
  collection: 'commitments',
  initial: initialCommitment,
  evolve: evolveCommitment,
  publishes: [commitmentConfirmed, lineDelivered, lineReceiptConfirmed, lineReleased, commitmentClosed],
  keys: { names: ['idempotencyKey', 'reservingSince'], of: keysOf },
};

/** Commitments whose reservation began before `before` and has not ended. */
export function findReservingSince(
  commitments: Commitments,
  before: Date,
  limit: number,
): Promise<Stored<Commitment>[]> {
  return commitments.find({ 'keys.reservingSince': { $lt: before.toISOString() } }, limit);
}

/**
 * A donor's contact data. It is personal, so no aggregate, event or log has it. `anonymous`: nobody is shown the name.
 */
export type Contact = {
  name: string;
  kind: MakeCommitmentRequest['donor']['kind'];
  email: string;
  phone: string | null;
  anonymous: boolean;
};

type ContactDocument = Contact & { _id: string; consentedAt: Date };

/** By collaboration ID, in a collection of its own so that contact data can be erased alone. */
const contactSchema = defineSchema<ContactDocument>({
  _id: String,
  name: String,
  kind: String,
  email: String,
  phone: String,
  anonymous: Boolean,
  /** When the donor allowed it. */
  consentedAt: Date,
});

export type Contacts = Awaited<ReturnType<typeof openContacts>>;

export async function openContacts(connection: Connection) {
  const contacts = await openModel(connection, 'contacts', contactSchema);
  return {
    /** Inserts the contact of a collaboration. A repeat changes nothing. */
    insert: async (collaborationId: string, contact: Contact, consentedAt: Date): Promise<void> => {
      await insertOnce(contacts, { _id: collaborationId, ...contact, consentedAt });
    },
    find: (collaborationId: string): Promise<Contact | null> => contacts.findById(collaborationId).lean().exec(),
  };
}

/** How many wrong PINs of one collaboration are allowed in one window. The first attempt opens the window. */
export const PIN_ATTEMPTS = 5;
export const PIN_WINDOW_MS = 15 * 60_000;
const RACES = 5;

/** `left` is the number of attempts that remain if this one is wrong. */
export type PinAttempt = { allowed: true; left: number } | { allowed: false; retryAfterSeconds: number };

/** Attempts by collaboration ID. */
const pinAttemptSchema = defineSchema<{ _id: string; since: Date; used: number }>({
  _id: String,
  since: Date,
  used: Number,
});
pinAttemptSchema.index({ since: 1 }, { expireAfterSeconds: PIN_WINDOW_MS / 1000 });

export type PinAttempts = Awaited<ReturnType<typeof openPinAttempts>>;

/** A rate limiter whose every step is one atomic update of one document. */
export async function openPinAttempts(connection: Connection) {
  const attempts = await openModel(connection, 'pin-attempts', pinAttemptSchema);

  /** Undefined where another request was faster, so that the caller tries again. */
  async function attempt(_id: string, now: Date): Promise<PinAttempt | undefined> {
    const opened = new Date(now.getTime() - PIN_WINDOW_MS);
    const counted = await attempts
      .findOneAndUpdate(
        { _id, since: { $gt: opened }, used: { $lt: PIN_ATTEMPTS } },
        { $inc: { used: 1 } },
        { returnDocument: 'after' },
      )
      .lean();
    if (counted !== null) return { allowed: true, left: PIN_ATTEMPTS - counted.used };
    const { matchedCount } = await attempts.updateOne({ _id, since: { $lte: opened } }, { since: now, used: 1 });
    if (matchedCount === 1) return { allowed: true, left: PIN_ATTEMPTS - 1 };
    const found = await attempts.findById(_id).lean();
    if (found !== null && found.used >= PIN_ATTEMPTS) {
      const waitMs = found.since.getTime() + PIN_WINDOW_MS - now.getTime();
      return { allowed: false, retryAfterSeconds: Math.ceil(waitMs / 1000) };
    }
    if (found !== null) return undefined;
    const inserted = await insertOnce(attempts, { _id, since: now, used: 1 });
    return inserted ? { allowed: true, left: PIN_ATTEMPTS - 1 } : undefined;
  }

  return {
    /**
     * Takes an attempt before the PIN is compared, so that parallel requests get no more attempts than sequential ones.
     */
    take: async (collaborationId: string, now: Date): Promise<PinAttempt> => {
      for (let races = 0; races < RACES; races += 1) {
        const result = await attempt(collaborationId, now);
        if (result !== undefined) return result;
      }
      return { allowed: false, retryAfterSeconds: 1 };
    },
    /** Returns the attempt, because the PIN was right. */
    refund: async (collaborationId: string): Promise<void> => {
      await attempts.updateOne({ _id: collaborationId, used: { $gt: 0 } }, { $inc: { used: -1 } });
    },
  };
}
