import { FatalError } from '@mcp-server/plugin-sdk';

import type { RequestInput } from './request-input.ts';

/** One outgoing request; a redirect derives the next one from it. */
export interface Outgoing {
  url: URL;
  method: RequestInput['method'];
  /** Header names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: string | undefined;
}

const USER_AGENT = 'mcp-server-http/1.0';
/** Methods that are not idempotent (RFC 9110, 9.2.2), so the receiver needs a key to recognise a retry. */
const NOT_IDEMPOTENT = new Set(['POST', 'PATCH']);

/**
 * Builds the first request of a run.
 * @throws {FatalError} `INVALID_URL`, or `INVALID_REQUEST` for a body on a GET.
 */
export function buildOutgoing(input: RequestInput, idempotencyKey: string): Outgoing {
  if (input.body && (input.method === 'GET' || input.method === 'HEAD')) {
    throw new FatalError(`${input.method} requests cannot have a body.`, { code: 'INVALID_REQUEST' });
  }
  const url = parseUrl(input.url);
  addQuery(url, input.query);
  const body = encodeBody(input.body);
  const headers: Record<string, string> = {
    'user-agent': USER_AGENT,
    accept: '*/*',
    'accept-encoding': 'gzip, br, deflate',
    ...(body === undefined ? {} : { 'content-type': body.type }),
    ...(NOT_IDEMPOTENT.has(input.method) ? { 'idempotency-key': idempotencyKey } : {}),
  };
  for (const [name, value] of Object.entries(input.headers)) headers[name.toLowerCase()] = value;
  return { url, method: input.method, headers, body: body?.text };
}

function parseUrl(text: string): URL {
  const url = URL.parse(text);
  // The message must not repeat the URL: its query may hold a secret.
  if (!url) throw new FatalError('The URL cannot be parsed.', { code: 'INVALID_URL' });
  url.hash = '';
  return url;
}

/** Adds fields behind the given query, which stays as it was written: a signature may cover its bytes. */
function addQuery(url: URL, fields: RequestInput['query']): void {
  const added = new URLSearchParams();
  appendFields(added, fields);
  if (added.size > 0) url.search = [url.search.slice(1), added.toString()].filter(Boolean).join('&');
}

function encodeBody(body: RequestInput['body']): { text: string; type: string } | undefined {
  if (!body) return undefined;
  if (body.text !== undefined) return { text: body.text, type: 'text/plain; charset=utf-8' };
  if (body.form === undefined) return { text: JSON.stringify(body.json), type: 'application/json' };
  const fields = new URLSearchParams();
  appendFields(fields, body.form);
  return { text: fields.toString(), type: 'application/x-www-form-urlencoded' };
}

function appendFields(target: URLSearchParams, fields: RequestInput['query']): void {
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? value : [value]) target.append(name, String(item));
  }
}
