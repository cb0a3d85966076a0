import type { IncomingHttpHeaders } from 'node:http';
import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** The source that a tile address stands for in a content security policy; `{s}` is any subdomain. */
export function tileSource(tileUrl: string): string {
  const [, scheme = '', host = ''] = /^(https?:\/\/)([^/]+)\//.exec(tileUrl) ?? [];
  return `${scheme}${host.replace(/^\{s\}/, '*')}`;
}

/**
 * Nothing inline and nothing from elsewhere, but for the tiles that a setting names. The referrer stays within the
 * site: without one, browsers send `Origin: null` with forms, and the portal could not tell its own forms from forged
 * ones.
 */
export function securityHeaders({
  publicUrl,
  tileUrl,
}: {
  publicUrl: string;
  tileUrl?: string | undefined;
}): RequestHandler {
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

/** The host of an address, or undefined where it is none, as for the `null` origin. */
function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

/**
 * Whether a posted form comes from the portal's own pages. Browsers name the origin of every POST; where an old one
 * names neither origin nor referrer, the form is refused, since nothing then tells it from a forged one.
 */
export function isFromOwnPages(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const from = headers.origin ?? headers.referer;
  if (from === undefined) return false;
  const host = hostOf(from);
  return host !== undefined && (host === hostOf(publicUrl) || host === headers.host);
}
