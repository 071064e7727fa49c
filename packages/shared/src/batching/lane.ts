import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting {
  rank: number;
  start: () => void;
}

/** Runs one piece of work at a time. Next is the waiting one with the lowest rank, and within a rank the oldest. */
export class Lane {
  readonly #waiting: Waiting[] = [];
  #isTaken = false;

  /** Runs `work` as soon as the lane is free for it, and resolves or rejects as it does. */
  async run<T>(rank: number, work: () => Promise<T>): Promise<T> {
    if (this.#isTaken) await new Promise<void>((start) => this.#waiting.push({ rank, start }));
    this.#isTaken = true;
    try {
      return await work();
    } finally {
      void this.#passOn();
    }
  }

  async #passOn(): Promise<void> {
    // Work that follows from this work is queued within the same turn of the event loop, and may have a lower rank.
    await nextTurn();
    const lowest = Math.min(...this.#waiting.map(({ rank }) => rank));
    const [next] = this.#waiting.splice(
      this.#waiting.findIndex(({ rank }) => rank === lowest),
      1,
    );
    if (next) next.start();
    else this.#isTaken = false;
  }
}
