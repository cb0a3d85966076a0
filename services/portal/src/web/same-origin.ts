import type { IncomingHttpHeaders } from 'node:http';

/** The host of an address, or undefined where it is none, as for the `null` origin. */
function hostOf(address: string): string | undefined {
  return URL.canParse(address) ? new URL(address).host : undefined;
}

/**
 * Whether a posted form comes from the portal's own pages. Browsers name the origin of every POST; where an old one names
 * neither origin nor referrer, the form is refused, since nothing then tells it from a forged one.
 */
export function isFromOwnPages(headers: IncomingHttpHeaders, publicUrl: string): boolean {
  const from = headers.origin ?? headers.referer;
  if (from === undefined) return false;
  const host = hostOf(from);
  return host !== undefined && (host === hostOf(publicUrl) || host === headers.host);
}
