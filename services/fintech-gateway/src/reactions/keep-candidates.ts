import type { EventOf, Msme, msmeDelisted, msmeListed, msmeUpdated, needCoverageChanged } from '@ksbb/contracts';
import type { CapitalNeed } from '../fund/stores/candidates.ts';
import type { Reactions } from './reactions.ts';
import { kecamatanOf } from './request-loan.ts';

/** What the choice of the next MSME needs to know of one. It counts while it is listed and verified. */
export function capitalNeedOf(
  { needs, area, verified }: Pick<Msme, 'needs' | 'area' | 'verified'>,
  isListed: boolean,
): CapitalNeed {
  const need = needs.find((one) => one.package === 'capital');
  return {
    kodeKecamatan: kecamatanOf(area.kodeKelurahan),
    eligible: isListed && verified,
    needId: need?.needId ?? null,
    declaredRupiah: need?.amountRupiah ?? 0,
    declaredAt: need?.declaredAt ?? null,
  };
}

export async function keepCandidateWhenMsmeIsListed(
  event: EventOf<typeof msmeListed>,
  { candidates }: Reactions,
): Promise<void> {
  await candidates.putNeed(event.data.msmeId, event.version, capitalNeedOf(event.data, true));
}

export async function keepCandidateWhenMsmeIsUpdated(
  event: EventOf<typeof msmeUpdated>,
  { candidates }: Reactions,
): Promise<void> {
  await candidates.putNeed(event.data.msmeId, event.version, capitalNeedOf(event.data, true));
}

export async function dropCandidateWhenMsmeIsDelisted(
  event: EventOf<typeof msmeDelisted>,
  { candidates }: Reactions,
): Promise<void> {
  await candidates.putNeed(event.data.msmeId, event.version, capitalNeedOf(event.data, false));
}

export async function keepOpenNeedWhenCoverageChanges(
  event: EventOf<typeof needCoverageChanged>,
  { candidates }: Reactions,
): Promise<void> {
  const open = event.data.needs.filter((need) => need.package === 'capital').reduce((sum, need) => sum + need.open, 0);
  await candidates.putOpen(event.data.msmeId, event.version, open);
}
