import type { Connection } from 'mongoose';

import { DatabaseUnavailable } from '../errors.ts';
import { readDatabaseTime } from './db-time.ts';

/** After this time the offset is measured again. Two clocks drift apart by a few milliseconds in it. */
const MAX_AGE_MS = 10_000;
/**
 * A wall clock that moved this much against the monotonic one was set, or the machine slept, which the monotonic clock
 * of some systems does not count.
 */
const MAX_JUMP_MS = 1_000;
/** Short, because an accept waits for it before its insert. */
const TIMEOUT_MS = 500;

interface Measurement {
  databaseMs: number;
  /** When it was measured, by the monotonic clock and by the wall clock of this process. */
  monotonicMs: number;
  wallMs: number;
}

/**
 * The database's time, for documents that are inserted: an insert cannot name `$$NOW`. It is measured, at most every
 * 10 s, and continued by the monotonic clock, so this machine's time of day plays no part. The error is at most the duration of
 * one round trip.
 */
export class DatabaseClock {
  readonly #model: { db: Connection };
  #last: Measurement | undefined;
  #measuring: Promise<Measurement> | undefined;

  constructor(model: { db: Connection }) {
    this.#model = model;
  }

  /** @throws {DatabaseUnavailable} if no measurement can be used. */
  async now(): Promise<Date> {
    const last = this.#last;
    const measurement = last && ageOf(last) < MAX_AGE_MS && !hasJumped(last) ? last : await this.#measure();
    return new Date(measurement.databaseMs + ageOf(measurement));
  }

  /** Concurrent callers share one measurement. */
  #measure(): Promise<Measurement> {
    this.#measuring ??= this.#request().finally(() => {
      this.#measuring = undefined;
    });
    return this.#measuring;
  }

  async #request(): Promise<Measurement> {
    const sentMs = performance.now();
    try {
      const time = await readDatabaseTime(this.#model, { timeoutMS: TIMEOUT_MS });
      const monotonicMs = (sentMs + performance.now()) / 2;
      const wallMs = Date.now() - (performance.now() - monotonicMs);
      this.#last = { databaseMs: time.getTime(), monotonicMs, wallMs };
      return this.#last;
    } catch (cause) {
      if (this.#last && !hasJumped(this.#last)) return this.#last;
      throw new DatabaseUnavailable({ cause });
    }
  }
}

const ageOf = ({ monotonicMs }: Measurement): number => performance.now() - monotonicMs;

const hasJumped = (measurement: Measurement): boolean =>
  Math.abs(Date.now() - measurement.wallMs - ageOf(measurement)) > MAX_JUMP_MS;
