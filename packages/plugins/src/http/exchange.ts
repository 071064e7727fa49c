import { type ActionContext, FatalError, RetryableError } from '@mcp-server/plugin-sdk';
import type { Agent, Dispatcher } from 'undici';

import type { Guard } from './guard.ts';
import type { Outgoing } from './outgoing.ts';
import { presentBody } from './present-body.ts';
import { followRedirect } from './redirect.ts';
import type { RequestInput, RequestOutput } from './request-input.ts';
import { readBody } from './response-body.ts';
import { retryAfterMs } from './retry-after.ts';
import { addSecrets, addSecretsAgain } from './secret-fields.ts';

type HttpResponse = Dispatcher.ResponseData;

/**
 * Sends a request and follows its redirects to the final response; the guard checks every hop.
 * @throws {RetryableError} on 429 and 5xx, with the wait of `Retry-After`.
 * @throws {FatalError} on failures that a retry would not change.
 */
export async function exchange(
  agent: Agent,
  guard: Guard,
  input: RequestInput,
  first: Outgoing,
  { signal, secret }: Pick<ActionContext, 'signal' | 'secret'>,
): Promise<RequestOutput> {
  guard.checkUrl(first.url);
  let request = await addSecrets(first, input.secrets, secret);
  for (let hops = 0; ; hops++) {
    guard.checkUrl(request.url);
    const response = await send(agent, request, signal);
    const next = input.maxRedirects === 0 ? undefined : nextHop(request, response);
    if (!next) return readResponse(input, request, response, hops > 0);
    discard(response);
    if (hops === input.maxRedirects) {
      throw new FatalError(`Too many redirects (limit ${hops}).`, { code: 'TOO_MANY_REDIRECTS' });
    }
    guard.checkUrl(next.url);
    request = await addSecretsAgain(next, input.secrets, secret);
  }
}

function send(
  agent: Agent,
  { url, method, headers, body }: Outgoing,
  signal: AbortSignal,
): Promise<HttpResponse> {
  return agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    signal,
    ...(body === undefined ? {} : { body }),
  });
}

function nextHop(request: Outgoing, response: HttpResponse): Outgoing | undefined {
  try {
    return followRedirect(request, response.statusCode, headerText(response, 'location'));
  } catch (error) {
    discard(response);
    throw error;
  }
}

async function readResponse(
  input: RequestInput,
  { url, method }: Outgoing,
  response: HttpResponse,
  redirected: boolean,
): Promise<RequestOutput> {
  const { statusCode: status } = response;
  try {
    refuseStatus(input, url, response);
    // Responses without content may name the encoding that their content would have.
    const isEmpty = method === 'HEAD' || status === 204 || status === 304;
    const encoding = isEmpty ? undefined : headerText(response, 'content-encoding');
    const bytes = await readBody(response.body, encoding, input.maxBytes);
    const isOk = status >= 200 && status < 300;
    const shown = presentBody(bytes, headerText(response, 'content-type'), input.responseType, isOk);
    return { status, headers: plainHeaders(response), ...shown, url: url.href, redirected };
  } finally {
    discard(response);
  }
}

/**
 * Throws for a status that fails the run. Names the origin only: a path or query may hold a secret, and this message is
 * stored and shown.
 */
function refuseStatus({ failOnStatus }: RequestInput, { origin }: URL, response: HttpResponse): void {
  const { statusCode: status } = response;
  const message = `${origin} responded with ${status}.`;
  const code = `HTTP_${status}`;
  if (status === 429 || status >= 500) {
    const waitMs = retryAfterMs(headerText(response, 'retry-after'), headerText(response, 'date'));
    throw new RetryableError(message, { code, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
  }
  if (failOnStatus && status >= 400) throw new FatalError(message, { code });
}

/** Discards the rest of a response, and its connection. */
function discard({ body }: HttpResponse): void {
  body.on('error', () => undefined).destroy();
}

function headerText({ headers }: HttpResponse, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function plainHeaders({ headers }: HttpResponse): RequestOutput['headers'] {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}
