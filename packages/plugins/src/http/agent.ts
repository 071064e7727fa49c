import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';

import { Agent, buildConnector } from 'undici';

import { bareHost, type Guard } from './guard.ts';

/** Resolves a name to all its addresses, as `dns.lookup` with `all` does. */
export type Resolve = (
  hostname: string,
  options: { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Same as Node's own servers and clients: no honest response has more. */
const MAX_HEADER_BYTES = 16_384;

/**
 * Creates a client whose every connection passes the guard. The connector checks literal addresses, because Node does
 * no lookup for them. Names are resolved once, all their addresses are checked, and only those are connected to.
 * `signal` ends connections in every state, also while a name is being resolved.
 */
export function createAgent(guard: Guard, signal: AbortSignal, resolve: Resolve = systemLookup): Agent {
  const connect = buildConnector({
    // Looks up all addresses of a name, and tries them one after the other.
    autoSelectFamily: true,
    lookup: guardLookup(guard, resolve),
    // The time limit of the run fires the signal; it covers connecting, headers and body together.
    timeout: 0,
    allowH2: false,
    signal,
  });
  return new Agent({
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
    connect: (options, callback) => {
      const host = bareHost(options.hostname);
      try {
        if (isIP(host) !== 0) guard.checkAddress(host, host);
      } catch (refusal) {
        return callback(refusal as Error, null);
      }
      connect(options, callback);
    },
  });
}

function guardLookup(guard: Guard, resolve: Resolve): LookupFunction {
  return (hostname, _options, callback) => {
    resolve(hostname, { all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      if (addresses.length === 0)
        return callback(Object.assign(new Error('no address'), { code: 'ENOTFOUND' }), []);
      try {
        for (const { address } of addresses) guard.checkAddress(hostname, address);
      } catch (refusal) {
        return callback(refusal as NodeJS.ErrnoException, []);
      }
      callback(null, addresses);
    });
  };
}
