import { setCookies } from '../../web/cookies.ts';
import type { PageRequest } from '../../web/page.ts';

const NAME = 'ksbb_access';
const pathOf = (collaborationId: string) => `/collaborations/${collaborationId}`;

/** The donor's capability token, as the browser keeps it: for this collaboration's pages only, out of reach of scripts. */
export function readAccess(pageRequest: Pick<PageRequest, 'cookie'>): string | undefined {
  return pageRequest.cookie(NAME) || undefined;
}

export function storeAccess(
  collaborationId: string,
  { token, expiresAt }: { token: string; expiresAt: string },
  { secure }: Pick<PageRequest, 'secure'>,
): string[] {
  const maxAgeSeconds = (new Date(expiresAt).getTime() - Date.now()) / 1000;
  return setCookies({ name: NAME, value: token, path: pathOf(collaborationId), maxAgeSeconds, secure });
}

export function clearAccess(collaborationId: string, { secure }: Pick<PageRequest, 'secure'>): string[] {
  return setCookies({ name: NAME, value: '', path: pathOf(collaborationId), maxAgeSeconds: 0, secure });
}
