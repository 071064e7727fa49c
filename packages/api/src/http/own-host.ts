import { isIP } from 'node:net';

import { errors } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';

import type { Config } from '../config/config.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers under every host name: probes of load balancers send names of their own. */
    anyHost?: true;
  }
}

/**
 * Refuses requests under host names that are not this server's. A name that an attacker points to this machine would
 * turn a visitor's browser into a client of it (DNS rebinding); such a name has a dot and is not an address.
 */
export function requireOwnHost(app: FastifyInstance): void {
  const own = ownHosts(app.deps.config);
  app.addHook('onRequest', async ({ host, hostname, routeOptions }) => {
    if (routeOptions.config.anyHost === true) return;
    if (!URL.canParse(`http://${host}`) || !isOwnHost(hostname.toLowerCase(), own))
      throw new errors.HostRefused();
  });
}

function ownHosts({ HOST, ALLOWED_HOSTS, PUBLIC_URL }: Config): readonly string[] {
  return [HOST.toLowerCase(), ...ALLOWED_HOSTS, ...(PUBLIC_URL ? [new URL(PUBLIC_URL).hostname] : [])];
}

/** `own` are names, or suffixes that start with a dot. */
export function isOwnHost(hostname: string, own: readonly string[]): boolean {
  // Clients may write a name with the dot of the root.
  const name = hostname.replace(/\.$/, '');
  if (isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || !name.includes('.')) return true;
  return own.some((one) => (one.startsWith('.') ? name.endsWith(one) : name === one));
}
