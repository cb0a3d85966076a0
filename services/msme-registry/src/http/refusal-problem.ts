import { notFound, Problem, unprocessable } from '@ksbb/service-kit';
import type { MsmeRefusal } from '../msme/decide.ts';
import { etagOf } from './version-etag.ts';

export const unknownMsme = (msmeId: string) => notFound('unknown-msme', `There is no MSME ${msmeId}.`);

export function delistedMsme(msmeId: string, reason: string): Problem {
  return new Problem(410, 'delisted-msme', `${msmeId} is no longer on the map: ${reason}`);
}

export function refusalProblem(
  msmeId: string,
  refusal: MsmeRefusal | { refused: 'another-version'; version: number },
): Problem {
  switch (refusal.refused) {
    case 'unknown-msme':
      return unknownMsme(msmeId);
    case 'delisted-msme':
      return delistedMsme(msmeId, refusal.reason);
    case 'listed-from-elsewhere':
      return unprocessable(
        'idempotency-key-reused',
        'This Idempotency-Key came with another body before. Send a fresh key with a new request.',
        [{ pointer: 'header Idempotency-Key', detail: 'A key stands for one request and its repeats.' }],
      );
    case 'another-version':
      return new Problem(
        412,
        'changed-meanwhile',
        `${msmeId} has changed: it is now ${etagOf(refusal.version)}. Read it again and decide anew.`,
        {
          errors: [{ pointer: 'header If-Match', detail: 'The ETag that GET sends now.' }],
        },
      );
    default:
      return refusal satisfies never;
  }
}
