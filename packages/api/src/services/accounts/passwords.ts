import { errors, retryLater } from '@mcp-server/shared';

import { PasswordProcess } from './password-process.ts';

/** About 17 checks a second on one core; the minimum that OWASP recommends. */
const COST = 10;
/** About two seconds of work. Beyond it callers are asked to retry instead of waiting for minutes. */
const MAX_WAITING = 32;

export interface Passwords {
  /** Hashes a new password. @throws {errors.WeakPassword} {errors.Busy} */
  hash(password: string): Promise<string>;
  /** Takes as long without a hash as with one, so that timing does not reveal accounts. @throws {errors.Busy} */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  close(): void;
}

/**
 * Builds password hashing with a bounded queue in front of one process. In the API itself, 50 sign-ins at once made all
 * other requests up to 15 times slower. Each step of `cost` doubles the work; only tests lower it.
 */
export function buildPasswords(cost = COST, child = new PasswordProcess()): Passwords {
  let isRunning = false;
  const waiting: (() => void)[] = [];

  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    if (!isRunning) isRunning = true;
    else if (waiting.length >= MAX_WAITING) throw busy();
    // The turn passes to the next waiting call, so `isRunning` does not change.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } catch (cause) {
      throw cause instanceof errors.WeakPassword ? cause : busy(cause);
    } finally {
      const next = waiting.shift();
      if (next) next();
      else isRunning = false;
    }
  };

  return {
    hash: (password) =>
      inTurn(async () => {
        const result = await child.run({ kind: 'hash', password, cost });
        if ('isWeak' in result) throw new errors.WeakPassword();
        if (!('hash' in result)) throw new TypeError('a reply to other work');
        return result.hash;
      }),
    verify: (password, hash) =>
      inTurn(async () => {
        const known = hash === undefined ? {} : { hash };
        const result = await child.run({ kind: 'verify', password, cost, ...known });
        return 'isMatch' in result && result.isMatch;
      }),
    close: () => child.close(),
  };
}

function busy(cause?: unknown): Error {
  const error = retryLater(new errors.Busy('password checks'), 1);
  error.cause = cause;
  return error;
}
