import { errors, type Logger } from '@mcp-server/shared';
import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

import { toCatalogueError } from '../http/problem.ts';
import { toolError } from './tool-result.ts';

type Refusal = ReturnType<typeof toCatalogueError>;

/** Nothing here reads a body. */
const NO_BODY_LIMIT = 0;
const CALLERS_FAULT = new Set([400, 404]);

const toRefusal = (error: unknown): Refusal => toCatalogueError(error, NO_BODY_LIMIT);

/** What a program needs to know of a refusal. */
const describe = ({ code, statusCode, retryAfterSeconds }: Refusal) => ({
  code: code.toLowerCase(),
  status: statusCode,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

/** Places in the payload are places in a tool's `arguments`. */
const pointersOf = ({ pointers }: Refusal) =>
  (pointers ?? []).map(({ pointer, detail }) => ({
    pointer: pointer.replace(/^\/payload/, '/arguments'),
    detail,
  }));

/** An error on the way to a tool as its result, so that the model can read it and do better. */
export function toToolRefusal(error: unknown): CallToolResult {
  // These are the client's, not the model's: no other call of the tool would mend them.
  if (error instanceof ProtocolError || error instanceof errors.InvalidAnswer) throw error;
  if (error instanceof errors.UnknownPlugin || error instanceof errors.UnknownAction) throw error;
  const refusal = toRefusal(error);
  if (refusal instanceof errors.InternalError) throw error;
  const places = pointersOf(refusal);
  const again =
    refusal.retryAfterSeconds === undefined ? '' : ` Try again in ${refusal.retryAfterSeconds} s.`;
  const lines = places.map(({ pointer, detail }) => `- ${pointer}: ${detail}`);
  return toolError([refusal.message + again, ...lines].join('\n'), {
    ...describe(refusal),
    ...(places.length > 0 ? { errors: places } : {}),
  });
}

/** Any error of a handler as one of the protocol. Ours say nothing about their cause; the log does. */
export function toProtocolError(error: unknown, logger: Logger): ProtocolError {
  if (error instanceof ProtocolError) return error;
  const refusal = toRefusal(error);
  if (refusal instanceof errors.InternalError) logger.error({ err: error }, 'mcp request failed');
  const isCallersFault = CALLERS_FAULT.has(refusal.statusCode);
  const code = isCallersFault ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
  const places = pointersOf(refusal);
  return new ProtocolError(code, refusal.message, {
    ...describe(refusal),
    ...(places.length > 0 ? { errors: places } : {}),
  });
}

/** An id that is unknown, and one that is another's: the same in every method and tool. */
export const unknownTask = (): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no task with this id.');
