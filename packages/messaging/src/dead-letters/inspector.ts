import { type Action, processDeadLetters, type Processed } from './process.ts';
import type { DeadLetterQueue, DeadMessage } from './queues.ts';

const EXAMPLES = 5;
const SHOWN = 20;
const ERROR_LENGTH = 200;

/** Dead messages with the same cause. */
export type DeadLetterGroup = {
  service: string;
  eventType: string;
  reason: string;
  /** In one line, with `…` for each word that has a digit, such as an id. */
  error: string;
  count: number;
  oldest: string | null;
  /** The ids of the first few. */
  eventIds: string[];
};

/** Chooses the messages that match every given member. `error` is compared with that of a group. */
export type DeadLetterFilter = { [of in 'eventId' | 'eventType' | 'reason' | 'error']?: string | undefined };

/** `letters`: the number of chosen messages. `unseen`: how many are beyond those that were looked at. */
export type DeadLetterList = { groups: DeadLetterGroup[]; letters: number; unseen: number };

/** How many messages were chosen, and how many are left. */
export type Moved = { moved: number; left: number };

/**
 * Shows and moves the messages of dead-letter queues. A call looks at 10,000 messages of a queue at most, oldest first.
 */
export type DeadLetterInspector = {
  list: (filter?: DeadLetterFilter) => Promise<DeadLetterList>;
  /** The messages of one event, 20 at most. */
  show: (eventId: string) => Promise<DeadMessage[]>;
  /** Sends the chosen messages back to where they came from, each with its own id. */
  replay: (filter: DeadLetterFilter) => Promise<Moved>;
  discard: (filter: DeadLetterFilter) => Promise<Moved>;
};

/** An error as a group shows it: without what differs from message to message. */
export function errorKind(error: string): string {
  const words = error.split(/\s+/).filter((word) => word !== '');
  return words
    .map((word) => (/\d/.test(word) ? '…' : word))
    .join(' ')
    .slice(0, ERROR_LENGTH);
}

function matches({ eventId, eventType, reason, error }: DeadLetterFilter, message: DeadMessage): boolean {
  return (
    (eventId ?? message.eventId) === message.eventId &&
    (eventType ?? message.eventType) === message.eventType &&
    (reason ?? message.reason) === message.reason &&
    (error === undefined || error === errorKind(message.error))
  );
}

function createGroups() {
  const groups = new Map<string, DeadLetterGroup>();
  return {
    add: ({ service, eventType, reason, error, deadAt, eventId }: DeadMessage) => {
      const kind = errorKind(error);
      const key = JSON.stringify([service, eventType, reason, kind]);
      const group = groups.get(key) ?? {
        service,
        eventType,
        reason,
        error: kind,
        count: 0,
        oldest: deadAt,
        eventIds: [],
      };
      const oldest = group.oldest !== null && (deadAt === null || group.oldest <= deadAt) ? group.oldest : deadAt;
      const eventIds = group.eventIds.length < EXAMPLES ? [...group.eventIds, eventId] : group.eventIds;
      groups.set(key, { ...group, count: group.count + 1, oldest, eventIds });
    },
    all: () => [...groups.values()].toSorted((one, other) => other.count - one.count),
  };
}

/** Nothing is connected between calls. `waitMs`: how long a call waits for another one, 10 s by default. */
export function openDeadLetterInspector(
  url: string,
  queues: readonly DeadLetterQueue[],
  options: { waitMs?: number } = {},
): DeadLetterInspector {
  /** The sums over all queues. */
  async function processAll(decide: (message: DeadMessage) => Action): Promise<Processed> {
    const total: Processed = { keep: 0, replay: 0, discard: 0, unseen: 0 };
    for (const queue of queues) {
      const processed = await processDeadLetters(url, queue, decide, options);
      for (const part of ['keep', 'replay', 'discard', 'unseen'] as const) total[part] += processed[part];
    }
    return total;
  }

  async function move(filter: DeadLetterFilter, action: 'replay' | 'discard'): Promise<Moved> {
    const processed = await processAll((message) => (matches(filter, message) ? action : 'keep'));
    return { moved: processed[action], left: processed.keep + processed.unseen };
  }

  return {
    list: async (filter = {}) => {
      const groups = createGroups();
      let letters = 0;
      const { unseen } = await processAll((message) => {
        if (matches(filter, message)) {
          groups.add(message);
          letters += 1;
        }
        return 'keep';
      });
      return { groups: groups.all(), letters, unseen };
    },
    show: async (eventId) => {
      const shown: DeadMessage[] = [];
      await processAll((message) => {
        if (message.eventId === eventId && shown.length < SHOWN) shown.push(message);
        return 'keep';
      });
      return shown;
    },
    replay: (filter) => move(filter, 'replay'),
    discard: (filter) => move(filter, 'discard'),
  };
}
