/** Longest text that is stored for an error. */
const MAX_MESSAGE = 2_000;

/**
 * Texts that look like credentials: a token after its scheme, a key=value pair, a JSON web token. Every pattern begins at a
 * word boundary or a literal and is bounded up to where it can fail, so that masking is linear in the text.
 */
const SECRETS: [RegExp, string][] = [
  [/\b(Bearer|Basic)\s{1,8}[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, '[redacted]'],
  [/\bmcp_[\w-]{8,}/g, '[redacted]'],
  [
    /((?:password|passwd|secret|token|api[-_]?key|authorization)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    '$1[redacted]',
  ],
  [/(\b\w[\w+.-]{0,31}:\/\/[^\s/:@]{0,256}):[^\s/@]{1,512}@/g, '$1:[redacted]@'],
];

/** Makes a plugin's text safe to store and to show: masks secrets and bounds the length in characters. */
export function safeText(text: string, maxLength = MAX_MESSAGE): string {
  const masked = SECRETS.reduce(
    (masking, [pattern, mask]) => masking.replace(pattern, mask),
    text.slice(0, maxLength * 2),
  );
  return masked.length > maxLength ? `${masked.slice(0, maxLength - 1)}…` : masked;
}
