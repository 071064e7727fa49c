import { isIP } from 'node:net';

import { FatalError } from '@mcp-server/plugin-sdk';

import { isPublicAddress } from './address.ts';
import { hasAddress, hasName, plainName } from './host-list.ts';
import type { HttpSettings } from './settings.ts';

/** Names of this machine, its network or its cloud's metadata, whatever a resolver returns. */
const INSIDE_NAMES = /(^|\.)(localhost|local|internal|home\.arpa|metadata|metadata\.goog|instance-data)$/;

/** Ports of services that do not speak HTTP but may act on lines of a request: shells, mail, DNS, caches, databases. */
const REFUSED_PORTS = new Set([22, 23, 25, 53, 110, 143, 465, 587, 993, 995, 3306, 5432, 6379, 11211, 27017]);

/** One message for every reason, so that it reveals nothing about what is behind an address. */
const blocked = () => new FatalError('The target of this request is not allowed.', { code: 'SSRF_BLOCKED' });

/**
 * Decides where the plugin may connect. Checks the URL of every hop, and the address of every connection when it opens,
 * because a name may resolve to something else by then.
 */
export class Guard {
  readonly #settings: HttpSettings;

  constructor(settings: HttpSettings) {
    this.#settings = settings;
  }

  /** @throws {FatalError} `SSRF_BLOCKED` for another scheme, credentials, or a host or port that is not allowed. */
  checkUrl(url: URL): void {
    if (!['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '')
      throw blocked();
    const host = bareHost(url.hostname);
    if (isIP(host) !== 0) this.checkAddress(host, host);
    else if (!this.#isNameAllowed(host)) throw blocked();
    if (
      REFUSED_PORTS.has(Number(url.port)) &&
      !hasName(this.#settings.allow, host) &&
      !this.#allowsLiteral(host)
    ) {
      throw blocked();
    }
  }

  /** @throws {FatalError} `SSRF_BLOCKED` if `address`, to which `hostname` resolved, is not allowed. */
  checkAddress(hostname: string, address: string): void {
    const { allow, deny } = this.#settings;
    if (hasName(deny, hostname) || hasAddress(deny, address)) throw blocked();
    if (hasName(allow, hostname) || hasAddress(allow, address)) return;
    if (!isPublicAddress(address)) throw blocked();
  }

  #isNameAllowed(name: string): boolean {
    const { allow, deny } = this.#settings;
    if (name === '' || hasName(deny, name)) return false;
    return hasName(allow, name) || !INSIDE_NAMES.test(plainName(name));
  }

  #allowsLiteral(host: string): boolean {
    return isIP(host) !== 0 && hasAddress(this.#settings.allow, host);
  }
}

/** Returns the host of a URL without the brackets around an IPv6 address. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}
