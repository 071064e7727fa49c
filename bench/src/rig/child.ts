import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';

import { NO_ENV_FILE } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

const START_TIMEOUT_MS = 60_000;

export interface ChildOptions {
  /** Arguments of node. */
  args: string[];
  env: Record<string, string>;
  /** File for its output; reading a pipe would cost this process CPU time. */
  logPath: string;
  /** Text of the JSON line that says that it is up. */
  startedText: string;
}

/** A measured process. */
export class Child {
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #options: ChildOptions;

  private constructor(options: ChildOptions) {
    this.#options = options;
    const log = openSync(options.logPath, 'w');
    this.#process = spawn(process.execPath, options.args, {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        EXIT_WITH_PARENT: '1',
        ...NO_ENV_FILE,
        ...options.env,
      },
      stdio: ['pipe', log, log],
    });
    closeSync(log);
    this.#exited = once(this.#process, 'exit');
  }

  /** Starts it and resolves once it is up. @throws {Error} if it is not up in time. */
  static async start(options: ChildOptions): Promise<Child> {
    const child = new Child(options);
    try {
      await waitFor(options.startedText, () => child.#startedLine() !== undefined, START_TIMEOUT_MS);
    } catch (cause) {
      await child.stop();
      throw new Error(`not up:\n${readFileSync(options.logPath, 'utf8').slice(-4_000)}`, { cause });
    }
    return child;
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Fields of the line that said that it is up. */
  get started(): Record<string, unknown> {
    return JSON.parse(this.#startedLine() ?? '{}') as Record<string, unknown>;
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode === null && this.#process.signalCode === null) this.#process.kill('SIGTERM');
    await this.#exited;
  }

  #startedLine(): string | undefined {
    const { logPath, startedText } = this.#options;
    return readFileSync(logPath, 'utf8')
      .split('\n')
      .find((line) => line.includes(startedText) && line.endsWith('}'));
  }
}
