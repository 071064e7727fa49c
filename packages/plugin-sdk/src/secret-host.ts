/** Host of a URL as secrets name it: lower case, with the port unless it is that of http or https, without a final dot. */
export function hostOf(url: string | URL): string {
  const { hostname, port } = new URL(url);
  return `${hostname.replace(/\.$/, '')}${port === '' || port === '80' || port === '443' ? '' : `:${port}`}`;
}

/** The host that a text such as `api.example.com` or `localhost:8080` names, in that form; undefined if it names none. */
export function parseSecretHost(text: string): string | undefined {
  const url = URL.parse(`http://${text}`);
  const isHost = url !== null && url.hostname !== '' && !/[/?#@\\\s*%]/.test(text) && url.pathname === '/';
  return isHost ? hostOf(url) : undefined;
}
