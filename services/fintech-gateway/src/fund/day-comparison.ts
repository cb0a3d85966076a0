import type { Partner as PartnerName } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import { dayInJakarta } from '../loans/core/arrears.ts';
import { CallFailed, type Partner } from '../partners/partner.ts';
import type { Postings } from './stores/postings.ts';
import type { Reconciliation, Reconciliations } from './stores/reconciliations.ts';
import { movedOf, reconcile } from './reconcile.ts';

type Parts = {
  name: PartnerName;
  partner: Pick<Partner, 'statement'>;
  postings: Pick<Postings, 'between' | 'first'>;
  reconciliations: Reconciliations;
  clock: () => Date;
  log: Log;
};

const DAY_MS = 86_400_000;
/** A day that was missed, or that differed, is compared again for so long. */
const DAYS_BACK = 7;
/** More than a day of one partner has. */
const MOST_MOVEMENTS = 100_000;

export type DayComparison = {
  /** Compares a day and keeps what it found. @throws CallFailed where the partner gives no statement */
  compare: (day: string) => Promise<Reconciliation>;
  /** Compares every day that is over and still needs it. */
  compareDue: (stopping: AbortSignal) => Promise<void>;
};

/** Compares our books with a partner's statement, day by day. Differences are listed and stop nothing but the closing of their day. */
export function createDayComparison({ name, partner, postings, reconciliations, clock, log }: Parts): DayComparison {
  async function compare(day: string): Promise<Reconciliation> {
    const known = await reconciliations.find(name, day);
    if (known !== null && known.closedAt !== null) return known;
    const from = new Date(`${day}T00:00:00+07:00`);
    const theirs = await partner.statement(day);
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
