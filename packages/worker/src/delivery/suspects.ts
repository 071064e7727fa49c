/**
 * An execution whose process died before is a suspect: it may kill this process too. One at a time runs here, so that
 * a poison action takes no neighbour over its limit of crashes.
 */
export class SuspectSlot {
  #holder: string | undefined;

  get isFree(): boolean {
    return this.#holder === undefined;
  }

  /** True when the slot is this execution's now. */
  take(executionId: string): boolean {
    if (!this.isFree) return false;
    this.#holder = executionId;
    return true;
  }

  release(executionId: string): void {
    if (this.#holder === executionId) this.#holder = undefined;
  }
}
