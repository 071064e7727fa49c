/** Counts runs that ignored their signal and were left behind. They still use this process. */
export class Abandoned {
  readonly #max: number;
  readonly #onChange: (count: number) => void;
  #count = 0;

  constructor(max: number, onChange: (count: number) => void) {
    this.#max = max;
    this.#onChange = onChange;
  }

  get count(): number {
    return this.#count;
  }

  /** True when the process must drain and exit. */
  get isTooMany(): boolean {
    return this.#count > this.#max;
  }

  /** Counts a run until its promise settles, which may be never. */
  add(left: Promise<unknown>): void {
    this.#onChange(++this.#count);
    const done = () => this.#onChange(--this.#count);
    left.then(done, done);
  }
}
