import { commitmentConfirmed, lineReleased } from '@ksbb/contracts';
import { on, type Subscription } from '@ksbb/messaging';
import { offerTrainingsWhenCommitmentIsConfirmed } from './reactions/offer-trainings-when-commitment-is-confirmed.ts';
import { takeLineOutWhenItIsReleased } from './reactions/take-line-out-when-it-is-released.ts';
import type { Trainings } from './stores/trainings.ts';

/** Which event causes what here, and how it is safe to repeat. */
export const subscriptions: readonly Subscription<{ trainings: Trainings; clock: () => Date }>[] = [
  on(commitmentConfirmed, 'transition', offerTrainingsWhenCommitmentIsConfirmed),
  on(lineReleased, 'transition', takeLineOutWhenItIsReleased),
];
