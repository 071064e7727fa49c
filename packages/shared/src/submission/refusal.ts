/** An error that says when a repeat makes sense; answered as `Retry-After`. */
export type RetryLater = Error & { retryAfterSeconds: number };

export const retryLater = <E extends Error>(error: E, retryAfterSeconds: number): E & RetryLater =>
  Object.assign(error, { retryAfterSeconds });

/** Places in the request that an error is about, as RFC 6901 pointers into the body (`?name` for the query). */
export type Pointed = Error & { pointers: { pointer: string; detail: string }[] };

export const pointedAt = <E extends Error>(error: E, pointers: Pointed['pointers']): E & Pointed =>
  Object.assign(error, { pointers });

/** An RFC 6901 pointer from the keys on the way. */
export const toPointer = (...keys: PropertyKey[]): string =>
  keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
