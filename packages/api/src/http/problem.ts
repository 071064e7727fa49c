import { STATUS_CODES } from 'node:http';

import {
  type CatalogueError,
  errors,
  isCatalogueError,
  isDatabaseAway,
  isWriteConflict,
  type Pointed,
  type Problem,
  type RetryLater,
} from '@mcp-server/shared';

/** An error of the catalogue with what it may carry for the response. */
type PublicError = CatalogueError & Partial<Pointed> & Partial<RetryLater>;

/** Catalogue errors for the 4xx statuses of libraries; any other 4xx is an invalid request. */
const BY_STATUS: Record<number, (bodyLimit: number) => Error> = {
  404: () => new errors.RouteNotFound('with this path'),
  412: () => new errors.PreconditionFailed(),
  413: (bodyLimit) => new errors.PayloadTooLarge('body', bodyLimit),
  415: () => new errors.UnsupportedMediaType(),
  416: () => new errors.RangeNotSatisfiable(),
};

/**
 * Maps an error of Fastify or a library to the catalogue; undefined if it is not the caller's fault. By convention they
 * carry an HTTP status, as `statusCode` or `status`.
 */
function fromLibrary(
  error: Error & { statusCode?: unknown; status?: unknown },
  bodyLimit: number,
): Error | undefined {
  const status = Number(error.statusCode ?? error.status);
  if (!(status >= 400 && status < 500)) return undefined;
  return BY_STATUS[status]?.(bodyLimit) ?? new errors.InvalidRequest({ cause: error });
}

/** Maps any error to the catalogue. Unknown errors become `internal_error`, which reveals nothing. */
export function toCatalogueError(error: unknown, bodyLimit: number): PublicError {
  if (isCatalogueError(error)) return error;
  if (isDatabaseAway(error) || isWriteConflict(error))
    return new errors.DatabaseUnavailable({ cause: error });
  const refusal = error instanceof Error ? fromLibrary(error, bodyLimit) : undefined;
  return (refusal ?? new errors.InternalError({ cause: error })) as PublicError;
}

/** Builds the RFC 9457 document. `instance` is the request id, which its log lines carry too. */
export function toProblem(error: PublicError, requestId: string): Problem {
  const code = error.code.toLowerCase();
  return {
    type: `urn:mcp-server:problem:${code}`,
    title: STATUS_CODES[error.statusCode] ?? 'Error',
    status: error.statusCode,
    code,
    detail: error.message,
    instance: `urn:uuid:${requestId}`,
    ...(error.pointers ? { errors: error.pointers } : {}),
  };
}
