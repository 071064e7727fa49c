/**
 * Lets work under one key go one after the other in this process. Requests under one idempotency key that come at once
 * would all insert at once, and only one can win: DocumentDB resolves such a meeting by deadlocks, a second each.
 */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  /** Runs `work` when all that came before under this key has settled, however it did. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    const mine = before ? before.then(work, work) : work();
    this.#last.set(key, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    }
  }
}
