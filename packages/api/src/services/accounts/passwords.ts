import { randomBytes } from 'node:crypto';

import { errors, retryLater } from '@mcp-server/shared';
import bcrypt from 'bcrypt';

import { buildStrengthCheck } from './password-strength.ts';

/** About 35 checks a second on two cores; the minimum that OWASP recommends. */
const COST = 10;
/** bcrypt uses libuv's four threads, which file and DNS work share: more at once only slows everything down. */
const MAX_RUNNING = 4;
/** About a second of work. Beyond it callers are asked to retry instead of waiting for minutes. */
const MAX_WAITING = 32;
/** bcrypt reads 72 bytes; without this a longer password would match on its first 72. */
const MAX_BYTES = 72;

export interface Passwords {
  /** Hashes a new password. @throws {errors.WeakPassword} {errors.Busy} */
  hash(password: string): Promise<string>;
  /** Takes as long without a hash as with one, so that timing does not reveal accounts. @throws {errors.Busy} */
  verify(password: string, hash: string | undefined): Promise<boolean>;
}

/** Builds password hashing with a bounded queue. Each step of `cost` doubles the work; only tests lower it. */
export function buildPasswords(cost = COST): Passwords {
  let running = 0;
  const waiting: (() => void)[] = [];
  const isWeak = buildStrengthCheck();
  const dummyHash = bcrypt.hash(randomBytes(16).toString('hex'), cost);

  const withSlot = async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < MAX_RUNNING) running += 1;
    else if (waiting.length >= MAX_WAITING) throw retryLater(new errors.Busy('password checks'), 1);
    // The slot passes to the next waiting call, so `running` does not change.
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };

  return {
    hash: (password) =>
      withSlot(async () => {
        if (await isWeak(password)) throw new errors.WeakPassword();
        return bcrypt.hash(password, cost);
      }),
    verify: (password, hash) =>
      withSlot(async () => {
        const isMatch = await bcrypt.compare(password, hash ?? (await dummyHash));
        return isMatch && hash !== undefined && Buffer.byteLength(password) <= MAX_BYTES;
      }),
  };
}
