/**
 * How long a suspect is watched alone. What kills a process at its start has killed it by then; what takes longer is
 * caught when it is one crash away from its limit.
 */
const PROBATION_MS = 100;

/**
 * An execution whose process died before is a suspect: it may kill this process too. One at a time starts here and is
 * watched alone for its probation, or to its end when it is one crash away from its limit. So a poison action takes no
 * neighbour over the limit, and a crash with many runs does not bring them back one by one (docs/decisions/0006).
 */
export class SuspectSlot {
  #holder: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** True when the slot is this execution's now. */
  take(executionId: string): boolean {
    if (this.#holder !== undefined) return false;
    this.#holder = executionId;
    return true;
  }

  /** The suspect has begun; others may follow after its probation, unless it must stay `alone`. */
  began(executionId: string, { alone }: { alone: boolean }): void {
    if (alone || this.#holder !== executionId) return;
    this.#timer = setTimeout(() => this.free(executionId), PROBATION_MS);
  }

  free(executionId: string): void {
    if (this.#holder !== executionId) return;
    clearTimeout(this.#timer);
    this.#holder = undefined;
  }
}
