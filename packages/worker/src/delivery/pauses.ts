import { type Paused, readPaused } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';

/** How often the pauses are read without a hint; so late at most a plugin's pause is seen while Redis is away. */
const REFRESH_MS = 500;
/** Older than this a picture says nothing: a delivery reads a new one, or is put off like any with the database away. */
const MAX_AGE_MS = 2_000;

/**
 * What is paused, as this process knows it. Read ahead of deliveries, so that none waits for it while all is well, and
 * anew at once when somebody says that it changed.
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

  /** Something was paused or resumed, or may have been: the picture is read anew, and nobody waits for it. */
  hear(): void {
    void this.#read().catch((err: unknown) => this.#deps.log.debug({ err }, 'reading pauses failed'));
  }

  /** What is paused now. Rejects when that cannot be known: then nothing may start. */
  async current(): Promise<Paused> {
    if (performance.now() - this.#readAt > MAX_AGE_MS) await this.#read();
    return this.#paused;
  }

  /** The same, read now. */
  async fresh(): Promise<Paused> {
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
