/** Semaphore: limits concurrent runs; the others wait in the order of arrival. */
export class Slots {
  #freeCount: number;
  readonly #waiting = new Set<() => void>();

  constructor(count: number) {
    this.#freeCount = count;
  }

  /** Runs `fn` once a slot is free. @throws the signal's reason if it fires before that. */
  async run<T>(signal: AbortSignal, fn: () => Promise<T>): Promise<T> {
    await this.#take(signal);
    try {
      return await fn();
    } finally {
      this.#free();
    }
  }

  #take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#freeCount > 0) {
      this.#freeCount--;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const next = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        this.#waiting.delete(next);
        reject(signal.reason as Error);
      };
      this.#waiting.add(next);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  #free(): void {
    const [next] = this.#waiting;
    if (!next) {
      this.#freeCount++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
