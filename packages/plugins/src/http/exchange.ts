import { FatalError, RetryableError } from '@mcp-server/plugin-sdk';
import type { Agent, Dispatcher } from 'undici';

import type { Guard } from './guard.ts';
import type { Outgoing } from './outgoing.ts';
import { presentBody } from './present-body.ts';
import { followRedirect } from './redirect.ts';
import type { RequestInput, RequestOutput } from './request-input.ts';
import { readBody } from './response-body.ts';
import { retryAfterMs } from './retry-after.ts';

type Answer = Dispatcher.ResponseData;

/**
 * Sends a request and follows its redirects, every hop past the guard, to the answer that is the result.
 * @throws {RetryableError} on 429 and 5xx, with the wait that the answer asks for.
 * @throws {FatalError} on what a repeat would not change.
 */
export async function exchange(
  agent: Agent,
  guard: Guard,
  input: RequestInput,
  first: Outgoing,
  signal: AbortSignal,
): Promise<RequestOutput> {
  let request = first;
  for (let hops = 0; ; hops++) {
    guard.checkUrl(request.url);
    const answer = await send(agent, request, signal);
    const next = input.maxRedirects === 0 ? undefined : nextHop(request, answer);
    if (!next) return readAnswer(input, request, answer, hops > 0);
    discard(answer);
    if (hops === input.maxRedirects) {
      throw new FatalError(`The answers redirect more than ${hops} times.`, { code: 'TOO_MANY_REDIRECTS' });
    }
    request = next;
  }
}

function send(agent: Agent, { url, method, headers, body }: Outgoing, signal: AbortSignal): Promise<Answer> {
  return agent.request({
    origin: url.origin,
    path: url.pathname + url.search,
    method,
    headers,
    signal,
    ...(body === undefined ? {} : { body }),
  });
}

function nextHop(request: Outgoing, answer: Answer): Outgoing | undefined {
  try {
    return followRedirect(request, answer.statusCode, headerText(answer, 'location'));
  } catch (error) {
    discard(answer);
    throw error;
  }
}

async function readAnswer(
  input: RequestInput,
  { url, method }: Outgoing,
  answer: Answer,
  redirected: boolean,
): Promise<RequestOutput> {
  const { statusCode: status } = answer;
  try {
    refuseStatus(input, url, answer);
    // Answers without content may name the encoding that their content would have.
    const isEmpty = method === 'HEAD' || status === 204 || status === 304;
    const encoding = isEmpty ? undefined : headerText(answer, 'content-encoding');
    const bytes = await readBody(answer.body, encoding, input.maxBytes);
    const isOk = status >= 200 && status < 300;
    const shown = presentBody(bytes, headerText(answer, 'content-type'), input.responseType, isOk);
    return { status, headers: plainHeaders(answer), ...shown, url: url.href, redirected };
  } finally {
    discard(answer);
  }
}

/** Origins only: a path or query may hold a secret, and this text is stored and shown. */
function refuseStatus({ failOnStatus }: RequestInput, { origin }: URL, answer: Answer): void {
  const { statusCode: status } = answer;
  const message = `${origin} answered ${status}.`;
  const code = `HTTP_${status}`;
  if (status === 429 || status >= 500) {
    const waitMs = retryAfterMs(headerText(answer, 'retry-after'), headerText(answer, 'date'));
    throw new RetryableError(message, { code, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) });
  }
  if (failOnStatus && status >= 400) throw new FatalError(message, { code });
}

/** Ends an answer whose rest nobody reads; its connection goes with it. */
function discard({ body }: Answer): void {
  body.on('error', () => undefined).destroy();
}

function headerText({ headers }: Answer, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function plainHeaders({ headers }: Answer): RequestOutput['headers'] {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value ? [[name, value]] : [])),
  );
}
