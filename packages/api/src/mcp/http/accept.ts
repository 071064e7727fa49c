/** The two types of response, as the library expects them in `Accept`. */
export const BOTH_TYPES = ['application/json', 'text/event-stream'];

/** True if a client accepts both types; HTTP allows any case, and wildcards. */
export function acceptsBoth(accept = '*/*'): boolean {
  const ranges = new Set(
    accept
      .toLowerCase()
      .split(',')
      .map((range) => range.split(';', 1)[0]?.trim()),
  );
  return BOTH_TYPES.every((type) =>
    [type, type.replace(/\/.*/, '/*'), '*/*'].some((range) => ranges.has(range)),
  );
}
