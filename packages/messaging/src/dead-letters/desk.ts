import { type Fate, sortDeadLetters, type Sorted } from './sort.ts';
import type { DeadLetter, Place } from './place.ts';

const EXAMPLES = 5;
const SHOWN = 20;
const ERROR_LENGTH = 200;

/** Letters that died of the same thing. */
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

/** Which letters are meant: those that fit all that is given. `error` as a group shows it. */
export type LetterChoice = { [of in 'eventId' | 'eventType' | 'reason' | 'error']?: string | undefined };

/** `unseen` letters lie beyond those that were looked at. */
export type DeadLetterList = { groups: DeadLetterGroup[]; letters: number; unseen: number };

/** How many letters were meant, and how many are left. */
export type Moved = { moved: number; left: number };

/** The dead letters of some places, for people. Each call goes through 10,000 letters of a place at most, oldest first. */
export type DeadLetterDesk = {
  list: (choice?: LetterChoice) => Promise<DeadLetterList>;
  /** The letters of one event, 20 at most. */
  show: (eventId: string) => Promise<DeadLetter[]>;
  /** Sends the letters back to where they came from, each with its own id. */
  replay: (choice: LetterChoice) => Promise<Moved>;
  discard: (choice: LetterChoice) => Promise<Moved>;
};

/** An error as a group shows it: what differs from letter to letter is left out. */
export function errorKind(error: string): string {
  const words = error.split(/\s+/).filter((word) => word !== '');
  return words
    .map((word) => (/\d/.test(word) ? '…' : word))
    .join(' ')
    .slice(0, ERROR_LENGTH);
}

function isChosen({ eventId, eventType, reason, error }: LetterChoice, letter: DeadLetter): boolean {
  return (
    (eventId ?? letter.eventId) === letter.eventId &&
    (eventType ?? letter.eventType) === letter.eventType &&
    (reason ?? letter.reason) === letter.reason &&
    (error === undefined || error === errorKind(letter.error))
  );
}

function createGroups() {
  const groups = new Map<string, DeadLetterGroup>();
  return {
    add: ({ service, eventType, reason, error, deadAt, eventId }: DeadLetter) => {
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

/** Opens the desk on a broker. Nothing is connected between calls. `waitMs`: how long each waits for another one, 10 s by default. */
export function openDeadLetters(
  url: string,
  places: readonly Place[],
  options: { waitMs?: number } = {},
): DeadLetterDesk {
  /** The sums over all places. */
  async function sortAll(decide: (letter: DeadLetter) => Fate): Promise<Sorted> {
    const total: Sorted = { keep: 0, replay: 0, discard: 0, unseen: 0 };
    for (const place of places) {
      const sorted = await sortDeadLetters(url, place, decide, options);
      for (const part of ['keep', 'replay', 'discard', 'unseen'] as const) total[part] += sorted[part];
    }
    return total;
  }

  async function move(choice: LetterChoice, fate: 'replay' | 'discard'): Promise<Moved> {
    const sorted = await sortAll((letter) => (isChosen(choice, letter) ? fate : 'keep'));
    return { moved: sorted[fate], left: sorted.keep + sorted.unseen };
  }

  return {
    list: async (choice = {}) => {
      const groups = createGroups();
      let letters = 0;
      const { unseen } = await sortAll((letter) => {
        if (isChosen(choice, letter)) {
          groups.add(letter);
          letters += 1;
        }
        return 'keep';
      });
      return { groups: groups.all(), letters, unseen };
    },
    show: async (eventId) => {
      const shown: DeadLetter[] = [];
      await sortAll((letter) => {
        if (letter.eventId === eventId && shown.length < SHOWN) shown.push(letter);
        return 'keep';
      });
      return shown;
    },
    replay: (choice) => move(choice, 'replay'),
    discard: (choice) => move(choice, 'discard'),
  };
}
