import { type Reading, StopError, type StopReason } from '@mcp-server/plugin-sdk/attempt';
import type { ExecutionRecord, ProgressRecord } from '@mcp-server/shared';

/** One claimed execution in this process. */
export interface Run {
  readonly execution: ExecutionRecord;
  readonly token: string;
  readonly controller: AbortController;
  /** Values that the run has read and that belong to its execution alone. */
  readonly readings: Set<Reading>;
  /** The newest progress, and the one that is known to be stored. */
  progress?: ProgressRecord;
  storedProgress?: ProgressRecord;
  /** The newest progress that is not published yet. */
  unsentProgress?: ProgressRecord;
}

/** The runs of this process. */
export class Runs {
  readonly #runs = new Map<string, Run>();
  #deliveries = 0;
  #lastBegunAt: number | undefined;
  #stopReason: StopReason | undefined;

  /** Number of deliveries under way, from the arrival of a job to its end; a run is only the middle of one. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** Counts a delivery until it settles. */
  async during<T>(delivery: () => Promise<T>): Promise<T> {
    this.#deliveries += 1;
    try {
      return await delivery();
    } finally {
      this.#deliveries -= 1;
    }
  }

  get size(): number {
    return this.#runs.size;
  }

  /** Number of runs of executions whose process died before. */
  get suspects(): number {
    return this.all().filter(({ execution }) => execution.crashes > 0).length;
  }

  /** Milliseconds since the start of the latest run; absent if there was none. */
  get idle(): { idleMs?: number } {
    if (this.#lastBegunAt === undefined) return {};
    return { idleMs: Math.round(performance.now() - this.#lastBegunAt) };
  }

  all(): Run[] {
    return [...this.#runs.values()];
  }

  /** True while this process holds exactly this run, not a later claim of the same execution. */
  holds(run: Run): boolean {
    return this.#runs.get(run.execution._id) === run;
  }

  add(execution: ExecutionRecord, token: string): Run {
    const run: Run = {
      execution,
      token,
      controller: new AbortController(),
      readings: new Set(),
    };
    // A later claim in this process means that the earlier run lost its lease.
    this.stop(execution._id, 'lease_lost');
    this.#runs.set(execution._id, run);
    this.#lastBegunAt = performance.now();
    if (this.#stopReason) run.controller.abort(new StopError(this.#stopReason));
    return run;
  }

  /** Removes exactly this run; a later claim of the same execution stays. */
  remove(run: Run): void {
    if (this.holds(run)) this.#runs.delete(run.execution._id);
  }

  stop(executionId: string, reason: StopReason): void {
    this.#runs.get(executionId)?.controller.abort(new StopError(reason));
  }

  /** Stops all runs, and those whose claim is still under way as soon as they begin. */
  stopAll(reason: StopReason): void {
    this.#stopReason = reason;
    for (const executionId of this.#runs.keys()) this.stop(executionId, reason);
  }
}
