import { safeText } from '../masking/safe-text.ts';
import type { AttemptFailure } from './attempt.ts';
import { readThrown } from './thrown.ts';

const MAX_CODE = 64;

/** Failure that is stored for a thrown value. */
export function describeError(error: unknown): AttemptFailure {
  const { message, code } = readThrown(error);
  return {
    kind: 'error',
    message: safeText(message || 'The action failed without a message.'),
    ...(code === undefined ? {} : { code: code.slice(0, MAX_CODE) }),
  };
}
