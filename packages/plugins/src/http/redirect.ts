import { FatalError } from '@mcp-server/plugin-sdk';

import type { Outgoing } from './outgoing.ts';

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const BODY_HEADERS = ['content-type', 'content-encoding', 'content-language', 'content-location'];
/**
 * Headers that are kept on a redirect to another origin. Any other header may be a credential, whatever its name:
 * Authorization, Cookie, X-API-Key.
 */
const HARMLESS_HEADERS = new Set([
  ...BODY_HEADERS,
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'idempotency-key',
  'range',
  'user-agent',
]);

/**
 * Builds the request that a redirect asks for, by the rules of the Fetch standard; `undefined` if the response is not a
 * redirect.
 * @throws {FatalError} `INVALID_REDIRECT` for a location that is not a URL, `INSECURE_REDIRECT` from https to http.
 */
export function followRedirect(
  request: Outgoing,
  status: number,
  location: string | undefined,
): Outgoing | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined;
  const url = URL.parse(location, request.url.href);
  if (!url)
    throw new FatalError('The response redirects to a URL that cannot be parsed.', {
      code: 'INVALID_REDIRECT',
    });
  url.hash = '';
  if (request.url.protocol === 'https:' && url.protocol === 'http:') {
    throw new FatalError('The response redirects from https to http.', { code: 'INSECURE_REDIRECT' });
  }
  const becomesGet =
    (status === 303 && request.method !== 'HEAD') ||
    ((status === 301 || status === 302) && request.method === 'POST');
  const isElsewhere = url.origin !== request.url.origin;
  const headers = Object.entries(request.headers).filter(
    ([name]) =>
      (!isElsewhere || HARMLESS_HEADERS.has(name)) &&
      (!becomesGet || !(BODY_HEADERS.includes(name) || name === 'idempotency-key')),
  );
  return {
    url,
    method: becomesGet ? 'GET' : request.method,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : request.body,
  };
}
