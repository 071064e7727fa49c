/** The host and port of a URL, and nothing of its password. */
export function hostOf(url: string): string {
  // A list of hosts, as MongoDB allows, is no URL.
  return /^[a-z+]+:\/\/(?:[^@/]*@)?(?<host>[^/?]+)/.exec(url)?.groups?.['host'] ?? 'an unknown host';
}
