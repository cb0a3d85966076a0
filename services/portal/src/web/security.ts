import type { IncomingHttpHeaders } from 'node:http';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { RequestHandler } from 'express';
import helmet from 'helmet';
import { languages, pathIn } from '../i18n/language.ts';

/** The source of map tiles for the content security policy; `{s}` in their address stands for any subdomain. */
export function tileSource(tileUrl: string): string {
  const [, scheme = '', host = ''] = /^(https?:\/\/)([^/]+)\//.exec(tileUrl) ?? [];
  return `${scheme}${host.replace(/^\{s\}/, '*')}`;
}

type SecuritySettings = { publicUrl: string; tileUrl?: string | undefined };

/**
 * Headers that allow nothing inline and nothing from other sites, except map tiles. The referrer stays within the site:
 * without it, browsers send `Origin: null` with forms, and the portal could not tell its own forms from forged ones.
 */
export function securityHeaders({ publicUrl, tileUrl }: SecuritySettings): RequestHandler {
  const https = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', ...(tileUrl === undefined ? [] : [tileSource(tileUrl)])],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: https,
    crossOriginEmbedderPolicy: false,
  });
}

/** The host of an address, or undefined if it is not one, such as the `null` origin. */
function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

/**
 * Whether a posted form comes from the portal's own pages. Browsers send the origin with every POST. A form with
 * neither origin nor referrer, from an old browser, is refused, because it could be forged.
 */
export function isFromOwnPages(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const from = headers.origin ?? headers.referer;
  if (from === undefined) return false;
  const host = hostOf(from);
  return host !== undefined && (host === hostOf(publicUrl) || host === headers.host);
}

/** The value of a cookie by its exact name; the first one if the header has two. */
export function readCookie(header: string | undefined, name: string): string | undefined {
  return parseCookie(header ?? '')[name];
}

type PageCookie = { name: string; value: string; path: string; maxAgeSeconds: number; secure: boolean };

/**
 * The `Set-Cookie` headers of a cookie for one page, in each language. Scripts cannot read it, and requests from other
 * sites do not carry it. `path` has no language prefix; `maxAgeSeconds` 0 deletes the cookie.
 */
export function setCookies({ name, value, path, maxAgeSeconds, secure }: PageCookie): string[] {
  const cookie = { name, value, maxAge: Math.max(0, Math.floor(maxAgeSeconds)), secure };
  return languages.map((language) =>
    stringifySetCookie({ ...cookie, path: pathIn(language, path), httpOnly: true, sameSite: 'strict' }),
  );
}
