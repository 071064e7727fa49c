/**
 * Milliseconds that a response asks to wait: `Retry-After` as seconds or as an HTTP date (RFC 9110, 10.2.3). A date is
 * compared with the response's own `Date` if it has one, because clocks differ. `undefined` if there is no usable
 * value.
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
