import type { commitmentClosed, EventOf } from '@ksbb/contracts';
import { decide, type RelendingRefusal } from '../fund/relending/decide.ts';
import { relendingIdOfProposal } from '../fund/relending/relending.ts';
import type { Reactions } from './reactions.ts';

/** Others were faster at the MSME that money was proposed to: it is offered to the next. */
export async function tryTheNextWhenNothingWasCovered(
  event: EventOf<typeof commitmentClosed>,
  { relendings, lendOn }: Reactions,
): Promise<void> {
  const { origin, outcome } = event.data;
  if (origin.kind !== 'relend' || outcome !== 'nothing-covered') return;
  const id = relendingIdOfProposal(origin.relendId);
  await relendings.decide<RelendingRefusal>(id, (state) =>
    decide(state, { kind: 'refuse', relendId: origin.relendId }),
  );
  await lendOn.propose(id);
}
