import type { KnownSecrets } from '../masking/known-secrets.ts';
import { safeText } from '../masking/safe-text.ts';
import type { AttemptFailure } from './attempt.ts';
import { stackText } from './stack-text.ts';
import { readThrown } from './thrown.ts';

const MAX_CODE = 64;

/** Failure that is stored for a thrown value. */
export function describeError(error: unknown, secrets?: KnownSecrets): AttemptFailure {
  const { message, code } = readThrown(error);
  return {
    kind: 'error',
    message: safeText(message || 'The action failed without a message.', { secrets }),
    ...(code === undefined ? {} : { code: safeText(code, { maxLength: MAX_CODE, secrets }) }),
  };
}

/** A failure, and the stack of the error behind it if there is one. */
export interface DescribedThrow {
  failure: AttemptFailure;
  stack?: string;
}

/** Failure and stack of a thrown value. */
export function describeThrown(error: unknown, secrets?: KnownSecrets): DescribedThrow {
  const failure = describeError(error, secrets);
  const stack = stackText(error, secrets);
  return stack === undefined ? { failure } : { failure, stack };
}
