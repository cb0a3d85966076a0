import type { IncomingHttpHeaders } from 'node:http';

type Headers = Record<string, string | string[] | undefined>;

/** Headers for one connection only (RFC 9110, 7.6.1), which are never forwarded. */
const HOP_BY_HOP = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/** Headers that only the edge may set. */
const EDGE_ONLY = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'];

function without(headers: Headers, names: readonly string[]): Record<string, string | string[]> {
  const named = String(headers['connection'] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...named, ...names]);
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      dropped.has(name) || value === undefined ? [] : [[name, value]],
    ),
  );
}

type Client = { address: string | undefined; host: string | undefined; protocol: string };

/** The headers for a service. Cookies are for the portal's pages only, so they are left out. */
export function requestHeaders(headers: IncomingHttpHeaders, client: Client): Record<string, string | string[]> {
  return {
    ...without(headers, [...EDGE_ONLY, 'host', 'cookie', 'expect']),
    ...(client.address === undefined ? {} : { 'x-forwarded-for': client.address }),
    ...(client.host === undefined ? {} : { 'x-forwarded-host': client.host }),
    'x-forwarded-proto': client.protocol,
  };
}

/** The headers for a client. A service must not set cookies or reveal its software. */
export function responseHeaders(headers: Headers): Record<string, string | string[]> {
  return without(headers, ['set-cookie', 'x-powered-by', 'server']);
}
