import { z } from 'zod';

import { type AddressRange, isInRange, parseRange } from './address.ts';

const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,62})(\.[a-z0-9_]([a-z0-9_-]{0,62}))*$/;

/** Hosts listed by an operator: exact names, addresses and networks. */
export interface HostList {
  readonly names: ReadonlySet<string>;
  readonly ranges: readonly AddressRange[];
}

/** A comma-separated list of host names, addresses and CIDR networks from the environment. */
export const HostList = z
  .string()
  .default('')
  .transform((text, ctx): HostList => {
    const names = new Set<string>();
    const ranges: AddressRange[] = [];
    for (const [index, entry] of text.split(',').entries()) {
      const name = plainName(entry.trim());
      const range = parseRange(name.replace(/^\[(.*)\]$/, '$1'));
      if (range) ranges.push(range);
      else if (NAME.test(name) && !/^[\d.]+$/.test(name)) names.add(name);
      else if (name !== '')
        ctx.addIssue(`entry ${index + 1} is not a host name, an address or a network such as 10.1.0.0/16`);
    }
    return { names, ranges };
  });

/** Normalizes a host name for comparison: lower case, without the final dot of a rooted name. */
export function plainName(hostname: string): string {
  return hostname.toLowerCase().replace(/\.$/, '');
}

export function hasName(list: HostList, hostname: string): boolean {
  return list.names.has(plainName(hostname));
}

export function hasAddress(list: HostList, address: string): boolean {
  return list.ranges.some((range) => isInRange(address, range));
}
