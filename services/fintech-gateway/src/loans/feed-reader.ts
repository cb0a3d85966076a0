import type { Partner } from '@ksbb/contracts';
import type { Log } from '@ksbb/service-kit';
import { CallFailed, type PartnerAdapter } from '../partners/open-partners.ts';
import type { ReportRecorder } from './report-recorder.ts';
import type { Cursors } from './stores/partner-messages.ts';

type Parts = {
  name: Partner;
  feed: NonNullable<PartnerAdapter['feed']>;
  cursors: Cursors;
  recorder: Pick<ReportRecorder, 'record' | 'recordMalformed'>;
  log: Log;
};

/**
 * Returns the tick, which reads a partner's feed to its end. The cursor is saved after everything before it is recorded or
 * quarantined. After a crash a page is read again, which changes nothing.
 */
export function createFeedReader({ name, feed, cursors, recorder, log }: Parts) {
  async function readPage(): Promise<boolean> {
    const before = await cursors.load(name);
    const { messages, nextCursor, hasMore } = await feed(before);
    for (const message of messages) {
      if ('errors' in message) await recorder.recordMalformed(name, message);
      else await recorder.record(name, message);
    }
    if (nextCursor !== before) await cursors.save(name, nextCursor);
    return hasMore && nextCursor !== before;
  }

  return async (stopping: AbortSignal): Promise<void> => {
    try {
      while (!stopping.aborted && (await readPage()));
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      const level = error.kind === 'deferred' ? 'debug' : 'warn';
      log[level]({ partner: name, kind: error.kind, reason: error.message }, 'the feed could not be read');
    }
  };
}
