import ipaddr from 'ipaddr.js';

/** Size of one subscriber's network: an IPv6 /64 is one client. */
const IPV6_NETWORK_BITS = 64;

/**
 * Returns the address that limits count by. An IPv4 address mapped into IPv6 (`::ffff:`) is unwrapped first; otherwise
 * all of IPv4 would be one /64.
 */
export function clientNetwork(ip: string): string {
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  if (address.kind() === 'ipv4') return address.toString();
  return ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${IPV6_NETWORK_BITS}`).toString();
}
