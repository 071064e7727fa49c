import { setTimeout as delay } from 'node:timers/promises';

export interface PeriodicTaskOptions {
  /** One turn of the task. `signal` fires when the task closes. */
  run: (signal: AbortSignal) => Promise<void>;
  intervalMs: number;
  /** Whether the interval runs from the start of a turn (a steady rate) or from its end (a rest after each turn). */
  countFrom: 'start' | 'end';
  /** False: the first turn waits one interval too. Default true. */
  startsAtOnce?: boolean;
  /** Called with the error of each turn that fails; the task goes on. */
  onError: (error: unknown) => void;
  /** Waits `ms`, less when the signal fires. Only tests replace it. */
  wait?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Milliseconds of a clock that never goes back. Only tests replace it. */
  now?: () => number;
}

/** Repeats a task, one turn at a time, from `start` to `close`. Both are idempotent. */
export class PeriodicTask {
  readonly #options: Required<PeriodicTaskOptions>;
  readonly #closing = new AbortController();
  /** Ends the wait before the next turn. */
  #wake = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: PeriodicTaskOptions) {
    const { startsAtOnce = true, wait = waitOrWake, now = () => performance.now() } = options;
    this.#options = { ...options, startsAtOnce, wait, now };
  }

  /** Starts the turns, once. Does nothing after `close`. */
  start(): void {
    this.#loop ??= this.#repeat();
  }

  /** Begins a turn now, or right after the one under way, instead of waiting out the interval. */
  runSoon(): void {
    this.#wake.abort();
  }

  /** Begins no further turn and resolves when the turn under way has ended. A turn must not await it. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#wake.abort();
    await this.#loop;
  }

  async #repeat(): Promise<void> {
    const { run, intervalMs, countFrom, startsAtOnce, onError, now } = this.#options;
    const { signal } = this.#closing;
    if (!startsAtOnce) await this.#rest(intervalMs);
    while (!signal.aborted) {
      // Replaced before the turn, so that `runSoon` during it is not lost.
      this.#wake = new AbortController();
      const startedAt = now();
      try {
        await run(signal);
      } catch (error) {
        onError(error);
      }
      if (signal.aborted) return;
      await this.#rest(countFrom === 'end' ? intervalMs : Math.max(0, intervalMs - (now() - startedAt)));
    }
  }

  #rest(ms: number): Promise<void> {
    return this.#options.wait(ms, this.#wake.signal);
  }
}

const waitOrWake = (ms: number, signal: AbortSignal): Promise<void> =>
  delay(ms, undefined, { signal }).catch(() => undefined);
