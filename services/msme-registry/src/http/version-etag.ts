import { badRequest, Problem, type requireBearer } from '@ksbb/service-kit';

type Request = Parameters<typeof requireBearer>[0];

/** Names a version of an MSME, for If-Match. What the needs board says beside it changes without it. */
export const etagOf = (version: number) => `"${version}"`;

const wanted = [{ pointer: 'header If-Match', detail: 'The ETag that GET sent, such as "3" with its quotes.' }];

/** The version that an edit is about. @throws Problem 428 without If-Match, 400 where it is no ETag of ours */
export function versionOfIfMatch(request: Pick<Request, 'get'>): number {
  const header = request.get('if-match');
  if (header === undefined) {
    throw new Problem(
      428,
      'if-match-required',
      'An edit says which version it was made from, so that nobody overwrites what they have not seen.',
      { errors: wanted },
    );
  }
  const match = /^"(\d{1,10})"$/.exec(header);
  if (match === null) throw badRequest('The If-Match header is not an ETag that was sent here.', wanted);
  return Number(match[1]);
}
