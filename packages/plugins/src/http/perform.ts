import { type ActionContext, FatalError, RetryableError } from '@mcp-server/plugin-sdk';

import { createAgent, type Resolve } from './agent.ts';
import { exchange } from './exchange.ts';
import { Guard } from './guard.ts';
import { buildOutgoing } from './outgoing.ts';
import type { RequestInput, RequestOutput } from './request-input.ts';
import type { HttpSettings } from './settings.ts';

/** Part of the context that a run needs. */
export type RequestContext = Pick<
  ActionContext<HttpSettings>,
  'idempotencyKey' | 'settings' | 'signal' | 'secret'
>;

/**
 * Performs one run of `http.request` on its own connections, which it closes at the end. So one user's request cannot
 * affect another's through a shared connection, and nothing outlives the run.
 */
export async function performRequest(
  input: RequestInput,
  ctx: RequestContext,
  resolve?: Resolve,
): Promise<RequestOutput> {
  const outgoing = buildOutgoing(input, ctx.idempotencyKey);
  const guard = new Guard(ctx.settings);
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), input.timeoutMs);
  const signal = AbortSignal.any([ctx.signal, limit.signal]);
  const agent = createAgent(guard, signal, resolve);
  try {
    return await exchange(agent, guard, input, outgoing, { signal, secret: ctx.secret });
  } catch (error) {
    ctx.signal.throwIfAborted();
    if (limit.signal.aborted) {
      throw new RetryableError(`No complete response within ${input.timeoutMs} ms.`, {
        code: 'HTTP_TIMEOUT',
      });
    }
    throw describeFailure(error, outgoing.url);
  } finally {
    clearTimeout(timer);
    // Ends connections that are still opening; otherwise closing would wait for them.
    limit.abort();
    await agent.destroy();
  }
}

/** Describes a failure without the path and query of the URL, which may hold a secret. */
function describeFailure(error: unknown, { origin }: URL): Error {
  if (error instanceof FatalError || error instanceof RetryableError) return error;
  const code = codeOf(error);
  if (code === 'UND_ERR_HEADERS_OVERFLOW') {
    return new FatalError('The headers of the response are too large.', {
      code: 'RESPONSE_TOO_LARGE',
      cause: error,
    });
  }
  const reason = code === undefined ? '' : `: ${code}`;
  return new RetryableError(`No response from ${origin}${reason}`, {
    cause: error,
    ...(code === undefined ? {} : { code }),
  });
}

/** Finds the code of an error. Several addresses of a name fail as one error that holds the others. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : undefined;
}
