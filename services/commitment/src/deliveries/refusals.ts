import { type FieldError, problemsOf } from '@ksbb/service-kit';
import type { CommitmentRefusal, LineFault } from '../commitment/commands.ts';
import { REPORTS_LIMIT } from '../commitment/deliveries.ts';

const lineFaults: Record<LineFault, (missing: number) => string> = {
  'no-such-line': () => 'This collaboration has no such line.',
  'not-goods': () => 'Only goods are reported here. The fintech and the trainer report loans and trainings.',
  'not-open': () => 'This line is not open any more.',
  'too-many-reports': () => `A line takes at most ${REPORTS_LIMIT} reports.`,
  'more-than-missing': (missing) =>
    `At most ${missing}: that is what was promised and is neither reported nor received.`,
};

function lineError({ at, fault, missing }: { at: number; fault: LineFault; missing: number }): FieldError {
  const field = fault === 'more-than-missing' ? 'quantity' : 'lineId';
  return { pointer: `/lines/${at}/${field}`, detail: lineFaults[fault](missing) };
}

/** The problem of each refusal of a delivery report or a receipt. */
export const problemOf = problemsOf<CommitmentRefusal>({
  'not-confirmed-yet': {
    status: 409,
    detail: 'The lines of this collaboration are still being reserved. Try again in a moment.',
  },
  'impossible-lines': {
    status: 422,
    slug: 'impossible-delivery',
    detail: 'Some lines of the report are impossible. Nothing of it was recorded.',
    errors: ({ faults }) => faults.map(lineError),
  },
  'other-report': {
    status: 422,
    slug: 'idempotency-key-reused',
    detail: 'This Idempotency-Key was used before with another report.',
  },
  'no-such-line': {
    status: 422,
    detail: 'This collaboration has no such line.',
    errors: [{ pointer: '/lineId', detail: 'A line of this collaboration.' }],
  },
  'not-your-line': {
    status: 403,
    slug: 'other-msme',
    detail: 'This line is for another MSME, not for the one of this token.',
  },
  'no-such-report': {
    status: 422,
    detail: 'There is no such report on this line.',
    errors: [{ pointer: '/reportId', detail: 'A delivery report of this line.' }],
  },
  'more-than-reported': {
    status: 422,
    detail: 'The MSME cannot receive more than was reported.',
    errors: ({ reported }) => [{ pointer: '/quantity', detail: `At most ${reported}, as was reported.` }],
  },
  'already-confirmed': {
    status: 409,
    detail: ({ confirmed }) => `This report was confirmed before, with ${confirmed}.`,
    extensions: ({ confirmed }) => ({ confirmedQuantity: confirmed }),
  },
});
