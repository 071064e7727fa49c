import * as errors from '../errors.ts';

/** An error of the catalogue: its message is written for callers. */
export type CatalogueError = Error & { code: string; statusCode: number };

/** `@fastify/error` writes codes in capitals. */
const CODES = new Set(
  Object.values(errors).map((ErrorClass) => (new ErrorClass() as unknown as CatalogueError).code),
);

export const isCatalogueError = (error: unknown): error is CatalogueError =>
  error instanceof Error && CODES.has(String((error as Partial<CatalogueError>).code));

/** True if a repeat of the same request would be refused too. False for anything outside the catalogue. */
export const isRefusal = (error: unknown): error is CatalogueError =>
  isCatalogueError(error) && !('retryable' in error) && !(error instanceof errors.InternalError);

/** An error that says when a repeat makes sense; sent as `Retry-After`. */
export type RetryLater = Error & { retryAfterSeconds: number };

export const retryLater = <E extends Error>(error: E, retryAfterSeconds: number): E & RetryLater =>
  Object.assign(error, { retryAfterSeconds });

/** A response names this many problems; more would not help to correct a request. */
const MAX_POINTERS = 20;

/** An error that names the invalid parts of a request, as RFC 6901 pointers into the body (`?name` for the query). */
export type Pointed = Error & { pointers: { pointer: string; detail: string }[] };

export const pointedAt = <E extends Error>(error: E, pointers: Pointed['pointers']): E & Pointed =>
  Object.assign(error, { pointers: pointers.slice(0, MAX_POINTERS) });

/** Builds an RFC 6901 pointer from a path of keys. */
export const toPointer = (...keys: PropertyKey[]): string =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
