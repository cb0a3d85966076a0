import { setCookies } from '../../web/cookies.ts';
import type { Visit } from '../../web/page.ts';

const NAME = 'ksbb_access';
const pathOf = (collaborationId: string) => `/collaborations/${collaborationId}`;

/** The donor's capability token, as the browser keeps it: for this collaboration's pages only, out of reach of scripts. */
export function readAccess(visit: Pick<Visit, 'cookie'>): string | undefined {
  return visit.cookie(NAME) || undefined;
}

export function keepAccess(
  collaborationId: string,
  { token, expiresAt }: { token: string; expiresAt: string },
  { secure }: Pick<Visit, 'secure'>,
): string[] {
  const maxAgeSeconds = (new Date(expiresAt).getTime() - Date.now()) / 1000;
  return setCookies({ name: NAME, value: token, path: pathOf(collaborationId), maxAgeSeconds, secure });
}

export function forgetAccess(collaborationId: string, { secure }: Pick<Visit, 'secure'>): string[] {
  return setCookies({ name: NAME, value: '', path: pathOf(collaborationId), maxAgeSeconds: 0, secure });
}
