import { setImmediate as nextTurn } from 'node:timers/promises';

interface Waiting {
  rank: number;
  start: () => void;
}

/** Lets one piece of work go at a time. Of those that wait the lowest rank is next, and of one rank the first. */
export class Lane {
  readonly #waiting: Waiting[] = [];
  #isTaken = false;

  /** Resolves or rejects as `work` does, which begins when its turn has come. */
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
    // What this work made possible comes in the same turn of the event loop, and may have a lower rank.
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
