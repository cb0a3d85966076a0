import { Problem } from '@ksbb/service-kit';
import type { MadeCommitment } from '../commitment/commitment.ts';
import type { PinAttempts } from '../stores.ts';
import { isPin } from './pin.ts';

type Parts = { attempts: PinAttempts; secret: string; clock: () => Date };

/** Checks the PIN of a commitment. @throws Problem 403 for a wrong PIN, 429 after too many wrong PINs */
export type CheckPin = (commitment: MadeCommitment, pin: string) => Promise<void>;

/** An attempt is counted before the PIN is compared, and given back when the PIN is right. */
export function createPinCheck({ attempts, secret, clock }: Parts): CheckPin {
  return async ({ request: { access, collaborationId } }, pin) => {
    if (access === null) {
      throw new Problem(
        403,
        'no-pin',
        'This collaboration relends repaid money. It has no PIN, and nothing is reported on it.',
      );
    }
    const attempt = await attempts.take(collaborationId, clock());
    if (!attempt.allowed) {
      const { retryAfterSeconds } = attempt;
      throw new Problem(429, 'too-many-attempts', 'The PIN was wrong too often. Try again later.', {
        retryAfterSeconds,
      });
    }
    if (!(await isPin(secret, pin, access.pin))) {
      throw new Problem(403, 'wrong-pin', `This is not the PIN of ${collaborationId}.`, {
        errors: [{ pointer: '/pin', detail: 'The six digits that came with the collaboration ID.' }],
        extensions: { attemptsLeft: attempt.left },
      });
    }
    await attempts.refund(collaborationId);
  };
}
