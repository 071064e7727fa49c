import { errors, type Logger } from '@mcp-server/shared';
import { type CallToolResult, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/server';

import { toCatalogueError } from '../http/problem.ts';
import { toolError } from './tool-result.ts';

type Refusal = ReturnType<typeof toCatalogueError>;

/** No body is read here. */
const NO_BODY_LIMIT = 0;
const CALLERS_FAULT = new Set([400, 404]);

const toRefusal = (error: unknown): Refusal => toCatalogueError(error, NO_BODY_LIMIT);

/** The parts of a refusal that programs use. */
const describe = ({ code, statusCode, retryAfterSeconds }: Refusal) => ({
  code: code.toLowerCase(),
  status: statusCode,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

/** Paths in the payload are paths in a tool's `arguments`. */
const pointersOf = ({ pointers }: Refusal) =>
  (pointers ?? []).map(({ pointer, detail }) => ({
    pointer: pointer.replace(/^\/payload/, '/arguments'),
    detail,
  }));

/** Converts an error before the run to a tool result, so that the model can read it and correct the call. */
export function toToolRefusal(error: unknown): CallToolResult {
  // Faults of the client, not the model: another call of the tool would not fix them.
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

/** Converts any error of a handler to a protocol error. Internal errors reveal no cause; the log has it. */
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

/** The same error for unknown ids and ids of others, in every method and tool. */
export const unknownTask = (): ProtocolError =>
  new ProtocolError(ProtocolErrorCode.InvalidParams, 'There is no task with this id.');
