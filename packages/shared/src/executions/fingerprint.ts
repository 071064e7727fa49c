import { createHash } from 'node:crypto';

import type { ExecutionRecord, Failure } from '../schemas/execution.ts';

/** Beyond this, messages differ by what they quote, not by what went wrong. */
const READ_CHARS = 1_000;
const KEPT_CHARS = 200;
/** 64 bits: among a million kinds of failures, two collide with a chance of 1 in 37 million. */
const FINGERPRINT_DIGITS = 16;

/** Parts that differ between failures of one kind, with their placeholders. The order matters: the longest first. */
const VARIABLE_PARTS: readonly [pattern: RegExp, placeholder: string][] = [
  [/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/?#"'`)\]>]*)[^\s"'`)\]>]*/gi, '$1/<path>'],
  [/\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<email>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<uuid>'],
  [/\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?)?/g, '<time>'],
  // An apostrophe inside a word ("can't") opens nothing.
  [/"[^"\n]*"|`[^`\n]*`|(?<!\w)'[^'\n]*'(?!\w)|“[^”\n]*”/g, '<text>'],
  [/\b0x[0-9a-f]+\b/gi, '<hex>'],
  [/\b(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}\b/gi, '<hex>'],
  // Letters between digits, such as cus_8fh3KJ2; a code such as ERR_HTTP2_SENT has one group of digits and stays.
  [/\b(?=\w{8,})[A-Za-z_]*\d+[A-Za-z_]+\d\w*/g, '<id>'],
  [/\d+(?:[.,:]\d+)*/g, '<n>'],
];

/** Replaces the parts of a message that differ from case to case: ids, numbers, times, quoted values, paths of URLs. */
export function normalizeMessage(message: string): string {
  let text = message.slice(0, READ_CHARS);
  for (const [pattern, placeholder] of VARIABLE_PARTS) text = text.replace(pattern, placeholder);
  return text.replace(/\s+/g, ' ').trim().slice(0, KEPT_CHARS);
}

/**
 * Fingerprint of a kind of failure: the same for an action that fails for the same reason, whatever ids its message
 * has.
 */
export function fingerprintOf(
  { plugin, action }: Pick<ExecutionRecord, 'plugin' | 'action'>,
  { kind, message }: Pick<Failure, 'kind' | 'message'>,
): string {
  return createHash('sha256')
    .update(JSON.stringify([plugin, action, kind, normalizeMessage(message)]))
    .digest('hex')
    .slice(0, FINGERPRINT_DIGITS);
}
