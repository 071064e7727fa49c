import { STATUS_CODES } from 'node:http';

import {
  errors,
  isDatabaseAway,
  isWriteConflict,
  type Pointed,
  type Problem,
  type RetryLater,
} from '@mcp-server/shared';

/** An error of the catalogue: its message is made for callers. */
type CatalogueError = Error & { code: string; statusCode: number } & Partial<Pointed> & Partial<RetryLater>;

/** `@fastify/error` writes codes in capitals. */
const CODES = new Set(
  Object.values(errors).map((CatalogueError) => (new CatalogueError() as unknown as { code: string }).code),
);

const isCatalogueError = (error: unknown): error is CatalogueError =>
  error instanceof Error && CODES.has(String((error as Partial<CatalogueError>).code));

/** What Fastify refuses by itself, in the words of the catalogue. */
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
      // A database's codes are numbers.
      const isFrameworks = typeof error.code === 'string' && error.code.startsWith('FST_ERR_');
      const isCallersFault = isFrameworks && error.statusCode && error.statusCode < 500;
      return isCallersFault ? new errors.InvalidRequest({ cause: error }) : undefined;
    }
  }
}

/** Any error as one of the catalogue. What is not known becomes `internal_error`, which tells nothing. */
export function toCatalogueError(error: unknown, bodyLimit: number): CatalogueError {
  if (isCatalogueError(error)) return error;
  if (isDatabaseAway(error) || isWriteConflict(error))
    return new errors.DatabaseUnavailable({ cause: error });
  const known = error instanceof Error ? fromFramework(error, bodyLimit) : undefined;
  return (known ?? new errors.InternalError({ cause: error })) as CatalogueError;
}

/** RFC 9457. `instance` is the request's id, by which its log lines are found. */
export function toProblem(error: CatalogueError, requestId: string): Problem {
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
