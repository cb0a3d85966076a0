import { commitmentConfirmed, lineReleased } from '@ksbb/contracts';
import { on, type Subscription } from '@ksbb/messaging';
import {
  offerTrainingsWhenCommitmentIsConfirmed,
  type ReactionDeps,
  takeLineOutWhenItIsReleased,
} from './reactions.ts';

/** Which event causes which reaction, and why the reaction may be repeated. */
export const subscriptions: readonly Subscription<ReactionDeps>[] = [
  on(commitmentConfirmed, 'transition', offerTrainingsWhenCommitmentIsConfirmed),
  on(lineReleased, 'transition', takeLineOutWhenItIsReleased),
];
