import { parseCookie, stringifySetCookie } from 'cookie';
import { languages, pathIn } from '../i18n/language.ts';

/** The value of a cookie by its exact name; the first where the header has two. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  return parseCookie(header ?? '')[name];
}

type PageCookie = { name: string; value: string; path: string; maxAgeSeconds: number; secure: boolean };

/**
 * The `Set-Cookie` headers of a cookie for one page, in each language. Scripts cannot read it and other sites cannot
 * send it. `path` has no language; `maxAgeSeconds` 0 deletes the cookie.
 */
export function setCookies({ name, value, path, maxAgeSeconds, secure }: PageCookie): string[] {
  const maxAge = Math.max(0, Math.floor(maxAgeSeconds));
  return languages.map((language) =>
    stringifySetCookie({
      name,
      value,
      path: pathIn(language, path),
      maxAge,
      secure,
      httpOnly: true,
      sameSite: 'strict',
    }),
  );
}
