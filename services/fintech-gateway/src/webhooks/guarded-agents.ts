import { lookup as lookupName, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';
import { KEEP_ALIVE_MS } from '../http.ts';

/** The address is not one of the public internet. Nothing was sent. */
export class ForbiddenAddress extends Error {
  readonly code = 'FORBIDDEN_ADDRESS';

  constructor(host: string) {
    super(`${host} is not an address of the public internet`);
    this.name = 'ForbiddenAddress';
  }
}

const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** In 2000::/3 and not global: protocol assignments, and documentation that ipaddr.js does not know. */
const SPECIAL_IPV6 = ['2001::/23', '3fff::/20'].map((net) => ipaddr.IPv6.parseCIDR(net));

/**
 * Whether an address is one of the public internet. Loopback, private and link-local addresses are not, nor is an IPv6
 * address that has an IPv4 address inside (mapped, NAT64, 6to4, Teredo): what stands behind it is not known here.
 */
export function isPublicAddress(text: string): boolean {
  if (isIP(text) === 0) return false;
  const address = ipaddr.parse(text);
  if (address.range() !== 'unicast') return false;
  if (address.kind() === 'ipv4') return true;
  return address.match(GLOBAL_IPV6) && !SPECIAL_IPV6.some((net) => address.match(net));
}

type Agents = { httpAgent: HttpAgent; httpsAgent: HttpsAgent; close: () => void };
type Resolve = typeof lookupName;
type Connected = (error: Error | null, socket?: unknown) => void;
type Connect = (options: { host?: string | null }, connected: Connected) => unknown;

/**
 * A lookup that gives only public addresses, and refuses a name that has any other. The socket connects to the address
 * given here without another lookup, so a name that changes between check and connection gains nothing.
 */
function guardedLookup(resolve: Resolve): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, '');
      const addresses = found as unknown as LookupAddress[];
      if (addresses.length === 0 || !addresses.every(({ address }) => isPublicAddress(address)))
        return callback(new ForbiddenAddress(hostname), '');
      if (options.all === true) return callback(null, addresses);
      const [first] = addresses as [LookupAddress];
      return callback(null, first.address, first.family);
    });
  };
}

/** A host that is an address is not looked up, so it is checked when the socket is made. */
function guardConnections(agent: HttpAgent): void {
  const guarded = agent as unknown as { createConnection: Connect };
  const connect = guarded.createConnection.bind(agent);
  guarded.createConnection = (options, connected) => {
    const host = options.host ?? '';
    if (isIP(host) === 0 || isPublicAddress(host)) return connect(options, connected);
    connected(new ForbiddenAddress(host));
    return undefined;
  };
}

/**
 * Agents that connect to public addresses only, checked at the moment of connecting.
 * @param allowLocal allows every address, for development
 */
export function guardedAgents({
  allowLocal,
  resolve = lookupName,
}: {
  allowLocal: boolean;
  resolve?: Resolve;
}): Agents {
  const options = {
    keepAlive: true,
    keepAliveMsecs: KEEP_ALIVE_MS,
    ...(allowLocal ? {} : { lookup: guardedLookup(resolve) }),
  };
  const [httpAgent, httpsAgent] = [new HttpAgent(options), new HttpsAgent(options)];
  if (!allowLocal) for (const agent of [httpAgent, httpsAgent]) guardConnections(agent);
  return {
    httpAgent,
    httpsAgent,
    close: () => {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}
