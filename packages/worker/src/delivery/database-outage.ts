import { pingMongo } from '@mcp-server/shared';
import type { Worker } from 'bullmq';

import type { Deps } from '../deps.ts';

const PROBE_MS = 500;

/** Stops taking jobs while the database is away: they could only be deferred, not claimed. */
export class DatabaseOutage {
  readonly #deps: Deps;
  readonly #workers: readonly Worker[];
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(deps: Deps, workers: readonly Worker[]) {
    this.#deps = deps;
    this.#workers = workers;
  }

  /** Stops taking jobs until the database answers. Idempotent. */
  begin(): void {
    if (this.#timer || this.#isClosed) return;
    this.#deps.log.warn('database away; taking no jobs until it answers');
    for (const worker of this.#workers) void worker.pause(true);
    this.#probeLater();
  }

  get isOn(): boolean {
    return this.#timer !== undefined;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #probeLater(): void {
    this.#timer = setTimeout(() => void this.#probe(), PROBE_MS);
  }

  async #probe(): Promise<void> {
    try {
      await pingMongo(this.#deps.mongo.connection);
    } catch {
      if (!this.#isClosed) this.#probeLater();
      return;
    }
    if (this.#isClosed) return;
    this.#timer = undefined;
    this.#deps.log.info('database answers again; taking jobs');
    for (const worker of this.#workers) {
      // A stop or the next outage may have begun in between.
      if (this.#isClosed || this.#timer) return;
      await worker.resume();
    }
  }
}
