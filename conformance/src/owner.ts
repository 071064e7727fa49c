import type { Owner } from './rig.ts';

/** Ends everything that was started, in reverse order, like the teardown of a test. */
export class Teardowns implements Owner {
  readonly #ends: (() => Promise<void>)[] = [];

  teardown(fn: () => Promise<void>): void {
    this.#ends.unshift(fn);
  }

  comment(text: string): void {
    process.stdout.write(`${text}\n`);
  }

  async end(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}
