import { lookup as lookupName, type LookupAddress } from 'node:dns';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { KEEP_ALIVE_MS } from '../http/client.ts';
import { isPublicAddress } from './public-address.ts';

/** The address is not one of the public internet. Nothing was sent. */
export class ForbiddenAddress extends Error {
  readonly code = 'FORBIDDEN_ADDRESS';

  constructor(host: string) {
    super(`${host} is not an address of the public internet`);
    this.name = 'ForbiddenAddress';
  }
}

type Agents = { httpAgent: HttpAgent; httpsAgent: HttpsAgent; close: () => void };
type Resolve = typeof lookupName;
type Connect = (options: { host?: string | null }, ...rest: unknown[]) => unknown;

/**
 * A lookup that gives only public addresses, and refuses a name that has any other. The socket connects to the address
 * given here and asks nobody again, so a name that changes between check and connection gains nothing.
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

/** A host that is an address itself is looked up nowhere; it is checked when the socket is made. */
function guardConnections(agent: HttpAgent): void {
  const connect = (agent as unknown as { createConnection: Connect }).createConnection.bind(agent);
  const guarded: Connect = (options, ...rest) => {
    const host = options.host ?? '';
    if (isIP(host) !== 0 && !isPublicAddress(host)) throw new ForbiddenAddress(host);
    return connect(options, ...rest);
  };
  (agent as unknown as { createConnection: Connect }).createConnection = guarded;
}

/**
 * Agents that connect to public addresses only, checked at the moment of connecting.
 * @param allowLocal lets every address in, for development
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
