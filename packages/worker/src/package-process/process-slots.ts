import { availableParallelism } from 'node:os';

/** Each process needs about 60 MB and its share of a core. */
const SLOTS = 2 * availableParallelism();

/** Limits how many processes run at once; the others wait, in order. */
class ProcessSlots {
  #free = SLOTS;
  readonly #waiting = new Set<() => void>();

  /** Resolves to the function that frees the slot again; to undefined if `signal` fires before there is one. */
  async take(signal: AbortSignal): Promise<(() => void) | undefined> {
    if (signal.aborted) return undefined;
    if (this.#free === 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const leave = () => {
        // A freed slot that is ours has deleted it from the set.
        if (this.#waiting.delete(resolve)) resolve();
      };
      signal.addEventListener('abort', leave, { once: true });
      await promise;
      signal.removeEventListener('abort', leave);
      if (signal.aborted) {
        if (this.#free > 0) this.#next();
        return undefined;
      }
    }
    this.#free -= 1;
    return () => {
      this.#free += 1;
      this.#next();
    };
  }

  #next(): void {
    const [first] = this.#waiting;
    if (first && this.#waiting.delete(first)) first();
  }
}

export const processSlots = new ProcessSlots();
