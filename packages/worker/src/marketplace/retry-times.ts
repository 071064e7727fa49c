const FIRST_MS = 2_000;
const LONGEST_MS = 120_000;

/** When what has failed is tried again: later after each failure. */
export class RetryTimes {
  readonly #times = new Map<string, { failures: number; dueAt: number }>();

  isDue(key: string): boolean {
    return (this.#times.get(key)?.dueAt ?? 0) <= performance.now();
  }

  defer(key: string): void {
    const failures = (this.#times.get(key)?.failures ?? 0) + 1;
    const delayMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** (failures - 1));
    this.#times.set(key, { failures, dueAt: performance.now() + delayMs });
  }

  clear(): void {
    this.#times.clear();
  }
}
