import type { Log } from '@ksbb/service-kit';
import { DAY_MS, dayInJakarta } from '../kernel/jakarta-day.ts';
import { CallFailed, type NamedPartner } from '../partners/open-partners.ts';
import { movedOf, reconcile } from './reconcile.ts';
import type { Postings } from './stores/postings.ts';
import type { Reconciliation, Reconciliations } from './stores/reconciliations.ts';

type Parts = {
  partner: NamedPartner;
  postings: Pick<Postings, 'between' | 'first'>;
  reconciliations: Reconciliations;
  clock: () => Date;
  log: Log;
};

/** A day that was missed, or that differed, is compared again for this number of days. */
const DAYS_BACK = 7;
/** More than a day of one partner has. */
const MOST_MOVEMENTS = 100_000;

export type DayComparison = {
  /** Compares a day and keeps the result. @throws CallFailed where the partner gives no statement */
  compare: (day: string) => Promise<Reconciliation>;
  /** Compares every day that is over and has to be compared. */
  compareDue: (stopping: AbortSignal) => Promise<void>;
};

/**
 * Compares our books with a partner's statement, day by day. A day with differences cannot be closed; nothing else
 * stops.
 */
export function createDayComparison({ partner, postings, reconciliations, clock, log }: Parts): DayComparison {
  const { name, adapter } = partner;

  async function compare(day: string): Promise<Reconciliation> {
    const known = await reconciliations.find(name, day);
    if (known !== null && known.closedAt !== null) return known;
    const from = new Date(`${day}T00:00:00+07:00`);
    const theirs = await adapter.statement(day);
    const ours = movedOf(await postings.between(name, from, new Date(from.getTime() + DAY_MS), MOST_MOVEMENTS));
    const differences = reconcile(ours, theirs);
    if (differences.length > 0)
      log.error(
        { partner: name, day, differences: differences.length },
        "the books differ from the partner's statement",
      );
    return reconciliations.put({
      partner: name,
      day,
      comparedAt: clock().toISOString(),
      ours: ours.length,
      theirs: theirs.length,
      differences,
    });
  }

  async function isDue(day: string): Promise<boolean> {
    const known = await reconciliations.find(name, day);
    return known === null || (known.closedAt === null && known.differences.length > 0);
  }

  return {
    compare,
    compareDue: async (stopping) => {
      const first = await postings.first(name);
      if (first === null) return;
      for (let back = DAYS_BACK; back > 0 && !stopping.aborted; back -= 1) {
        const day = dayInJakarta(new Date(clock().getTime() - back * DAY_MS));
        if (day < dayInJakarta(first) || !(await isDue(day))) continue;
        try {
          await compare(day);
        } catch (error) {
          if (!(error instanceof CallFailed)) throw error;
          log.warn({ partner: name, day, reason: error.message }, 'the partner gives no statement');
          return;
        }
      }
    },
  };
}
