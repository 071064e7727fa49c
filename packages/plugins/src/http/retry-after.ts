/**
 * Milliseconds that an answer asks to wait: `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3), which is
 * read against the answer's own `Date` where it has one, since clocks differ. `undefined` when it asks for nothing.
 */
export function retryAfterMs(
  retryAfter: string | undefined,
  answeredAt: string | undefined,
  now: () => number = Date.now,
): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/.test(retryAfter.trim())) return Number(retryAfter) * 1_000;
  const at = Date.parse(retryAfter);
  if (Number.isNaN(at) || !/[a-z]/i.test(retryAfter)) return undefined;
  const from = Date.parse(answeredAt ?? '');
  return Math.max(0, at - (Number.isNaN(from) ? now() : from));
}
