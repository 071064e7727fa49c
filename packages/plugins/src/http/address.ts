import ipaddr from 'ipaddr.js';

/** IPv6 range that the registries assign (RFC 4291, IANA); all others are special or unassigned. */
const GLOBAL_UNICAST = ipaddr.parseCIDR('2000::/3');

/** Public addresses that only respond inside a cloud: Azure's machine agent. */
const INSIDE_CLOUDS = [ipaddr.parseCIDR('168.63.129.16/32')];

/**
 * True for an address that every host on the internet can reach. Mapped IPv4 counts as IPv4. Loopback, private,
 * link-local, carrier-grade NAT, NAT64, 6to4, unique-local, multicast, documentation and reserved ranges are not
 * public, nor is text that is not an address.
 */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  if (address.range() !== 'unicast') return false;
  if (INSIDE_CLOUDS.some((range) => isInRange(text, range))) return false;
  return address.kind() === 'ipv4' || address.match(GLOBAL_UNICAST);
}

/**
 * Parses a network such as `10.1.0.0/16`, or one address; `undefined` for anything else, short forms of IPv4 included.
 */
export function parseRange(text: string): AddressRange | undefined {
  const isFull = text.includes(':') || /^\d+\.\d+\.\d+\.\d+(\/\d+)?$/.test(text);
  if (!isFull) return undefined;
  if (ipaddr.isValidCIDR(text)) return ipaddr.parseCIDR(text);
  if (!ipaddr.isValid(text)) return undefined;
  const address = ipaddr.process(text);
  return [address, address.kind() === 'ipv4' ? 32 : 128];
}

export type AddressRange = ReturnType<typeof ipaddr.parseCIDR>;

export function isInRange(text: string, [network, bits]: AddressRange): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  return address.kind() === network.kind() && address.match(network, bits);
}
