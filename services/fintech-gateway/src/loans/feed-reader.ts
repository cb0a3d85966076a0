import type { Partner as PartnerName } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import { CallFailed, type Partner } from '../partners/partner.ts';
import type { Cursors } from './stores/cursors.ts';
import type { FactBook } from './report-recorder.ts';

type Parts = { name: PartnerName; feed: NonNullable<Partner['feed']>; cursors: Cursors; facts: FactBook; log: Log };

/**
 * Gives the function that reads a partner's feed from where it was left to its end. The cursor moves on when everything
 * before it is booked or set aside; a crash reads a page again, which changes nothing.
 */
export function createFeedReader({ name, feed, cursors, facts, log }: Parts) {
  async function readPage(): Promise<boolean> {
    const before = await cursors.load(name);
    const { messages, nextCursor, hasMore } = await feed(before);
    for (const message of messages) {
      if ('errors' in message) await facts.receiveMalformed(name, message);
      else await facts.receive(name, message);
    }
    if (nextCursor !== before) await cursors.save(name, nextCursor);
    return hasMore && nextCursor !== before;
  }

  return async (stopping: AbortSignal): Promise<void> => {
    try {
      while (!stopping.aborted && (await readPage()));
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      log[error.kind === 'deferred' ? 'debug' : 'warn'](
        { partner: name, kind: error.kind, reason: error.message },
        'the feed could not be read',
      );
    }
  };
}
