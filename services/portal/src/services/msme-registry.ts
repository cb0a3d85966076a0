import { areaList, msmeDetail, msmeList } from '@ksbb/contracts';
import type { Call, Reply } from './call.ts';

export type RegistryFilter = {
  q?: string | undefined;
  category?: string | undefined;
  package?: string | undefined;
  kode?: string | undefined;
  open?: string | undefined;
};

const AREAS_KEPT_MS = 10 * 60_000;

/** Keeps the last answer for a while; a refusal or an absence is not kept. */
function remembered<T>(ask: () => Promise<Reply<T>>, forMs: number, clock: () => number): () => Promise<Reply<T>> {
  let kept: { reply: Reply<T>; until: number } | undefined;
  return async () => {
    if (kept !== undefined && clock() < kept.until) return kept.reply;
    const reply = await ask();
    kept = reply.kind === 'answer' ? { reply, until: clock() + forMs } : undefined;
    return reply;
  };
}

export type RegistryClient = ReturnType<typeof createRegistryClient>;

/** What the portal asks of the MSME registry. */
export function createRegistryClient(call: Call, clock: () => number = Date.now) {
  return {
    list: (filter: RegistryFilter, page: { limit: number; cursor?: string | undefined }) =>
      call({ path: '/msmes', query: { ...filter, limit: String(page.limit), cursor: page.cursor }, answer: msmeList }),
    msme: (msmeId: string) => call({ path: `/msmes/${encodeURIComponent(msmeId)}`, answer: msmeDetail }),
    /** The names of the areas, which hardly ever change; their counts may be some minutes old. */
    areas: remembered(() => call({ path: '/areas', answer: areaList }), AREAS_KEPT_MS, clock),
  };
}
