import { languages, pathIn } from '../../i18n/language.ts';
import { setCookie } from '../../web/cookies.ts';
import type { Visit } from '../../web/page.ts';

const NAME = 'ksbb_access';

function cookies(collaborationId: string, value: string, maxAgeSeconds: number, secure: boolean): string[] {
  return languages.map((language) => {
    return setCookie({
      name: NAME,
      value,
      path: pathIn(language, `/collaborations/${collaborationId}`),
      maxAgeSeconds,
      secure,
    });
  });
}

/** The donor's capability token, as the browser keeps it: for this collaboration's pages only, out of reach of scripts. */
export function readAccess(visit: Pick<Visit, 'cookie'>): string | undefined {
  return visit.cookie(NAME) || undefined;
}

export function keepAccess(
  collaborationId: string,
  capability: { token: string; expiresAt: string },
  visit: Pick<Visit, 'secure'>,
): string[] {
  const seconds = (new Date(capability.expiresAt).getTime() - Date.now()) / 1000;
  return cookies(collaborationId, capability.token, seconds, visit.secure);
}

export function forgetAccess(collaborationId: string, visit: Pick<Visit, 'secure'>): string[] {
  return cookies(collaborationId, '', 0, visit.secure);
}
