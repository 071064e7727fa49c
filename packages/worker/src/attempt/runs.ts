import type { ExecutionRecord, ProgressRecord } from '@mcp-server/shared';

/** Why a run is told to stop. */
export type StopReason = 'cancel' | 'timeout' | 'deadline' | 'shutdown' | 'lease_lost';

/** The reason of an abort signal, as the action sees it. */
export class StopError extends Error {
  override name = 'AbortError';
  readonly reason: StopReason;
  constructor(reason: StopReason) {
    super(`stopped: ${reason}`);
    this.reason = reason;
  }
}

/** One claimed execution in this process. */
export interface Run {
  readonly execution: ExecutionRecord;
  readonly token: string;
  readonly controller: AbortController;
  /** The newest progress that is not stored yet. */
  progress?: ProgressRecord;
}

/** The runs of this process. */
export class Runs {
  readonly #runs = new Map<string, Run>();

  get size(): number {
    return this.#runs.size;
  }

  all(): Run[] {
    return [...this.#runs.values()];
  }

  /** True while exactly this run, and no later claim of the same execution, is here. */
  holds(run: Run): boolean {
    return this.#runs.get(run.execution._id) === run;
  }

  add(execution: ExecutionRecord, token: string): Run {
    const run: Run = { execution, token, controller: new AbortController() };
    this.#runs.set(execution._id, run);
    return run;
  }

  /** Removes exactly this run: a later claim of the same execution in this process stays. */
  remove(run: Run): void {
    if (this.holds(run)) this.#runs.delete(run.execution._id);
  }

  stop(executionId: string, reason: StopReason): void {
    this.#runs.get(executionId)?.controller.abort(new StopError(reason));
  }

  stopAll(reason: StopReason): void {
    for (const executionId of this.#runs.keys()) this.stop(executionId, reason);
  }
}
