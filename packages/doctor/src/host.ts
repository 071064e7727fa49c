/** Returns the host and port of a URL, without its credentials. */
export function hostOf(url: string): string {
  // A list of hosts, as MongoDB allows, is not a valid URL.
  return /^[a-z+]+:\/\/(?:[^@/]*@)?(?<host>[^/?]+)/.exec(url)?.groups?.['host'] ?? 'an unknown host';
}
