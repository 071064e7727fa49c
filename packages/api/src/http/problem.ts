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

/** Maps an error of Fastify itself to the catalogue; undefined if it is not the caller's fault. */
function fromFramework(
  error: Error & { code?: unknown; statusCode?: number },
  bodyLimit: number,
): Error | undefined {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new errors.PayloadTooLarge('body', bodyLimit);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new errors.UnsupportedMediaType();
    default: {
      // Database error codes are numbers.
      const isFromFastify = typeof error.code === 'string' && error.code.startsWith('FST_ERR_');
      const isCallersFault = isFromFastify && error.statusCode && error.statusCode < 500;
      return isCallersFault ? new errors.InvalidRequest({ cause: error }) : undefined;
    }
  }
}

/** Maps any error to the catalogue. Unknown errors become `internal_error`, which reveals nothing. */
export function toCatalogueError(error: unknown, bodyLimit: number): PublicError {
  if (isCatalogueError(error)) return error;
  if (isDatabaseAway(error) || isWriteConflict(error))
    return new errors.DatabaseUnavailable({ cause: error });
  const refusal = error instanceof Error ? fromFramework(error, bodyLimit) : undefined;
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
