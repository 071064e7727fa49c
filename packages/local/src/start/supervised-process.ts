import { setTimeout as delay } from 'node:timers/promises';

import { EXIT_CONFIG } from '@mcp-server/shared/env-file';

import type { Log } from '../service.ts';
import { ProductProcess, type ProductProcessOptions, StartError } from './product-process.ts';

export type SupervisedProcessOptions = Omit<ProductProcessOptions, 'onUnexpectedEnd'> & {
  readonly log: Log;
  /** Called after each start with the fields of the log line that said that the process is up. */
  readonly onStarted?: (fields: Record<string, unknown>) => void;
  /** Called instead of a restart when the process has said that it cannot work with its settings. */
  readonly onRefused: (error: StartError) => void;
};

const RESTART_PAUSE_MS = 1_000;

/** An API or a worker that is restarted a second after it has ended by itself. */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions;
  #current: ProductProcess | undefined;
  #isClosed = false;

  constructor(options: SupervisedProcessOptions) {
    this.#options = options;
  }

  /** Resolves when the process is up, to the fields of the log line that said so. @throws {StartError} if it ends before. */
  async start(): Promise<Record<string, unknown>> {
    const current = new ProductProcess({
      ...this.#options,
      onUnexpectedEnd: (how, refusal) =>
        refusal ? this.#options.onRefused(refusal) : void this.#restartAfterEnd(how),
    });
    this.#current = current;
    const fields = await current.started;
    this.#options.onStarted?.(fields);
    return fields;
  }

  /** Stops the process gracefully and starts it. @throws {StartError} if the new one ends before it is up. */
  async restart(): Promise<void> {
    await this.#current?.stop();
    if (!this.#isClosed) await this.start();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#current?.stop();
  }

  async #restartAfterEnd(how: string): Promise<void> {
    const { name, log } = this.#options;
    const ended = this.#current;
    log(`${name} ended (${how}); restarting it`);
    await delay(RESTART_PAUSE_MS);
    // A restart may have been asked for in the meantime.
    if (this.#isClosed || this.#current !== ended) return;
    await this.start().catch((error: Error) => {
      if (error instanceof StartError && error.exitCode === EXIT_CONFIG)
        return this.#options.onRefused(error);
      return this.#restartAfterEnd(error.message);
    });
  }
}
