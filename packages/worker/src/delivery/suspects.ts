/**
 * Time that a suspect is watched alone. An action that kills the process at its start has done so by then; a slower one
 * is caught when it is one crash away from its limit.
 */
const PROBATION_MS = 100;

/**
 * Slot for suspects: executions whose process died before, and that may kill this process too. One at a time starts
 * here and is watched alone for its probation, or to its end when it is one crash away from its limit. So a poison
 * action takes no neighbour over the limit, and after a crash with many runs they do not return one by one
 * (docs/decisions/0006).
 */
export class SuspectSlot {
  #holder: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** Takes the slot; true if this execution has it now. */
  take(executionId: string): boolean {
    if (this.#holder !== undefined) return false;
    this.#holder = executionId;
    return true;
  }

  /**
   * Starts the probation of a suspect that has begun. Others may follow after it, unless the suspect must stay `alone`.
   */
  startProbation(executionId: string, { alone }: { alone: boolean }): void {
    if (alone || this.#holder !== executionId) return;
    this.#timer = setTimeout(() => this.free(executionId), PROBATION_MS);
  }

  free(executionId: string): void {
    if (this.#holder !== executionId) return;
    clearTimeout(this.#timer);
    this.#holder = undefined;
  }
}
