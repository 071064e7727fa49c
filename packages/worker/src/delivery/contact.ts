/**
 * Decides whether this process may judge other processes' leases. After losing contact with the database for a lease,
 * it waits one more lease before judging others, so that owners can renew. The same holds for a process that has just
 * started.
 */
export class DatabaseContact {
  readonly #leaseMs: number;
  readonly #now: () => number;
  #lastContact = Number.NEGATIVE_INFINITY;
  #judgesFrom = Number.POSITIVE_INFINITY;

  constructor(leaseMs: number, now: () => number = () => performance.now()) {
    this.#leaseMs = leaseMs;
    this.#now = now;
  }

  /** Call after every round trip that succeeded. */
  recordContact(): void {
    const now = this.#now();
    if (now - this.#lastContact > this.#leaseMs) this.#judgesFrom = now + this.#leaseMs;
    this.#lastContact = now;
  }

  get canJudgeLeases(): boolean {
    const now = this.#now();
    return now - this.#lastContact <= this.#leaseMs && now >= this.#judgesFrom;
  }
}
