import type { KnownSecrets } from '../masking/known-secrets.ts';
import { safeText } from '../masking/safe-text.ts';
import { readField } from './thrown.ts';

const MAX_STACK = 4_000;
const MAX_CAUSES = 3;

/** The stack of a thrown error and of its causes, masked and bounded; undefined for values without a stack. Never throws. */
export function stackText(error: unknown, secrets?: KnownSecrets): string | undefined {
  const stacks: string[] = [];
  let at: unknown = error;
  while (typeof at === 'object' && at !== null && stacks.length <= MAX_CAUSES) {
    const stack = readField(at, 'stack');
    if (typeof stack !== 'string') break;
    stacks.push(stack);
    at = readField(at, 'cause');
  }
  if (stacks.length === 0) return undefined;
  return safeText(stacks.join('\nCaused by: '), { maxLength: MAX_STACK, secrets });
}
