import { type Paused, readPaused } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';

/** Interval of reads without a message; while Redis is away a plugin's pause is seen this late at most. */
const REFRESH_MS = 500;
/** Age above which a snapshot is not used: a delivery reads a new one, or is deferred if the database is away. */
const MAX_AGE_MS = 2_000;

/**
 * Snapshot of the pauses in force. Read ahead of deliveries, so that none waits for it in normal operation, and
 * refreshed at once when a message says that it changed.
 */
export class Pauses {
  readonly #deps: Deps;
  #paused: Paused = { pools: new Map(), plugins: new Map() };
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  readonly #task: PeriodicTask;

  constructor(deps: Deps) {
    this.#deps = deps;
    this.#task = new PeriodicTask({
      run: () => this.#read(),
      intervalMs: REFRESH_MS,
      countFrom: 'start',
      onError: (err) => deps.log.debug({ err }, 'reading pauses failed'),
    });
  }

  start(): void {
    this.#task.start();
  }

  async close(): Promise<void> {
    await this.#task.close();
    await this.#reading?.catch(() => undefined);
  }

  /** Refreshes the snapshot in the background, because a pause may have changed. */
  refresh(): void {
    this.#task.runSoon();
  }

  /** Returns the current pauses. Rejects when they cannot be read: then nothing may start. */
  async current(): Promise<Paused> {
    if (performance.now() - this.#readAt > MAX_AGE_MS) await this.#read();
    return this.#paused;
  }

  /** Reads the pauses again, after a read that is already under way. */
  async readNow(): Promise<Paused> {
    await this.#reading?.catch(() => undefined);
    await this.#read();
    return this.#paused;
  }

  #read(): Promise<void> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #readOnce(): Promise<void> {
    const startedAt = performance.now();
    this.#paused = await readPaused(this.#deps.models.PauseModel);
    this.#readAt = startedAt;
  }
}
