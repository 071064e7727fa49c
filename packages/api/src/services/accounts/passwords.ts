import { errors, pointedAt, retryLater } from '@mcp-server/shared';

import { PasswordProcess } from './password-process.ts';

/** About 17 checks a second on one core; the minimum that OWASP recommends. */
const COST = 10;
/** About two seconds of work. Beyond it callers are asked to retry instead of waiting for minutes. */
const MAX_WAITING = 32;

/** Use of a new password. */
export interface PasswordUse {
  /** Name and address of its account, which an attacker tries first. */
  known?: readonly string[];
  /** Field of the request, to which the reasons of a refusal point. */
  field?: string;
}

interface PasswordOptions {
  /** Lowest accepted score of new passwords, 0 to 4; see StrengthQuery. */
  lowestScore: number;
  /** Each step doubles the work of a hash; only tests lower it. */
  cost?: number | undefined;
  child?: PasswordProcess;
}

export interface Passwords {
  /** Hashes a new password. @throws {errors.WeakPassword} with its reasons {errors.Busy} */
  hash(password: string, about?: PasswordUse): Promise<string>;
  /** Takes as long without a hash as with one, so that timing does not reveal accounts. @throws {errors.Busy} */
  verify(password: string, hash: string | undefined): Promise<boolean>;
  close(): void;
}

/**
 * Builds password hashing with a bounded queue in front of one process. In the API itself, 50 sign-ins at once made all
 * other requests up to 15 times slower.
 */
export function buildPasswords({
  lowestScore,
  cost = COST,
  child = new PasswordProcess(),
}: PasswordOptions): Passwords {
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
    hash: (password, { known = [], field = 'password' } = {}) =>
      inTurn(async () => {
        const result = await child.run({ kind: 'hash', password, cost, lowestScore, known });
        if ('reasons' in result)
          throw pointedAt(
            new errors.WeakPassword(),
            result.reasons.map((detail) => ({ pointer: `/${field}`, detail })),
          );
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
