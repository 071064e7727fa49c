import type { AttemptFailure } from './attempt.ts';

const MAX_MESSAGE = 2_000;
const MAX_CODE = 64;

/** Texts that look like credentials: a token after its scheme, a key=value pair, a JSON web token. */
const SECRETS: [RegExp, string][] = [
  [/\b(Bearer|Basic)\s+[\w.~+/=-]+/gi, '$1 [redacted]'],
  [/\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, '[redacted]'],
  [/\bmcp_[\w-]{8,}/g, '[redacted]'],
  [
    /((?:password|passwd|secret|token|api[-_]?key|authorization)["']?\s*[:=]\s*["']?)[^\s"',;&]+/gi,
    '$1[redacted]',
  ],
  [/(\w+:\/\/[^\s/:@]+):[^\s/@]+@/g, '$1:[redacted]@'],
];

/** Makes a plugin's text safe to store and to show: masks secrets and bounds the length in characters. */
export function safeText(text: string, maxLength = MAX_MESSAGE): string {
  const masked = SECRETS.reduce(
    (masking, [pattern, mask]) => masking.replace(pattern, mask),
    text.slice(0, maxLength * 2),
  );
  return masked.length > maxLength ? `${masked.slice(0, maxLength - 1)}…` : masked;
}

/** Failure that is stored for a thrown value. */
export function describeError(error: unknown): AttemptFailure {
  const message = error instanceof Error ? error.message : String(error);
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return {
    kind: 'error',
    message: safeText(message || 'The action failed without a message.'),
    ...(code === undefined ? {} : { code: code.slice(0, MAX_CODE) }),
  };
}
