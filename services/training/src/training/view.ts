import type { TrainingView } from '@ksbb/contracts';
import { aboutOf, type Training } from './training.ts';

/** A training as anyone with the collaboration ID may see it; null where there is none. */
export function viewOf(training: Training): TrainingView | null {
  if (training.status === 'none') return null;
  return {
    ...aboutOf(training),
    status: training.status,
    session: training.status === 'offered' ? null : training.session,
    participants: training.participants,
    summary: training.status === 'reported' ? training.summary : null,
    cancelReason: training.status === 'cancelled' ? training.reason : null,
  };
}
