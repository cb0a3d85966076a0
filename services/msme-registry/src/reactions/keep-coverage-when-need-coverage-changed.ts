import type { EventOf, needCoverageChanged } from '@ksbb/contracts';
import type { CoverageStore } from '../stores/coverage-store.ts';

/** Keeps what the needs board says, so that a restart knows it and an MSME can be shown with it. */
export async function keepCoverageWhenNeedCoverageChanged(
  { data, version }: EventOf<typeof needCoverageChanged>,
  { coverage }: { coverage: Pick<CoverageStore, 'put'> },
): Promise<void> {
  await coverage.put({ msmeId: data.msmeId, version, needs: data.needs });
}
