import { relative } from 'node:path';

import { SupervisedProcess, type SupervisedProcessOptions } from '../start/supervised-process.ts';
import { watchCode } from './watch-code.ts';

export interface ReloadedProcessOptions extends Omit<SupervisedProcessOptions, 'onRefused'> {
  /** Folders whose changes restart the process. */
  readonly watched: readonly string[];
}

/** An API or a worker that restarts when its code changes. If it does not start, it waits for the next change. */
export class ReloadedProcess {
  readonly #process: SupervisedProcess;
  readonly #options: ReloadedProcessOptions;
  readonly #stopWatching: (() => Promise<void>)[];
  #isReloading = false;
  #isStale = false;

  constructor(options: ReloadedProcessOptions) {
    this.#options = options;
    this.#process = new SupervisedProcess({ ...options, onRefused: (error) => this.#waitForChange(error) });
    this.#stopWatching = options.watched.map((folder) =>
      watchCode(folder, {
        onChange: (path) => void this.#reload(`${relative(options.root, path)} changed`),
        onError: (error) => options.log(`changes in ${folder} may go unnoticed: ${String(error)}`),
      }),
    );
  }

  /** Resolves after the first attempt to start. */
  async start(): Promise<void> {
    await this.#reload('starting');
  }

  async close(): Promise<void> {
    await Promise.all(this.#stopWatching.map((stop) => stop()));
    await this.#process.close();
  }

  async #reload(reason: string): Promise<void> {
    // A change during a restart leads to another one: the new process may have read the old file.
    this.#isStale = true;
    if (this.#isReloading) return;
    this.#isReloading = true;
    const { name, log } = this.#options;
    while (this.#isStale) {
      this.#isStale = false;
      log(`${name}: ${reason}`);
      await this.#process.restart().catch((error: Error) => this.#waitForChange(error));
    }
    this.#isReloading = false;
  }

  #waitForChange({ message }: Error): void {
    const { name, log } = this.#options;
    log(`${name} does not start; waiting for a change\n${message}`);
  }
}
