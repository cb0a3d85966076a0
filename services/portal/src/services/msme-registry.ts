import { areaList, msmeDetail, msmeList } from '@ksbb/contracts';
import type { Call } from './call.ts';

export type RegistryFilter = {
  q?: string | undefined;
  category?: string | undefined;
  package?: string | undefined;
  kode?: string | undefined;
  open?: string | undefined;
};

export type RegistryClient = ReturnType<typeof createRegistryClient>;

/** What the portal asks of the MSME registry. */
export function createRegistryClient(call: Call) {
  return {
    list: (filter: RegistryFilter, page: { limit: number; cursor?: string | undefined }) =>
      call({ path: '/msmes', query: { ...filter, limit: String(page.limit), cursor: page.cursor }, answer: msmeList }),
    msme: (msmeId: string) => call({ path: `/msmes/${encodeURIComponent(msmeId)}`, answer: msmeDetail }),
    areas: () => call({ path: '/areas', answer: areaList }),
  };
}
