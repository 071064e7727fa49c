import { readFileSync } from 'node:fs';

import { dieWithParent, ServerProcess } from '@mcp-server/local';
import { NO_ENV_FILE } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

const START_TIMEOUT_MS = 60_000;

export interface ChildOptions {
  /** Arguments of node. */
  args: string[];
  env: Record<string, string>;
  /** File for its output: reading a pipe would cost this process time. */
  logPath: string;
  /** Text of the JSON line that says that it is up. */
  startedText: string;
}

/** A process that is measured. */
export class Child {
  readonly #server: ServerProcess;
  readonly #options: ChildOptions;

  private constructor(options: ChildOptions) {
    const { PATH, HOME } = process.env;
    const command = dieWithParent([process.execPath, ...options.args]);
    this.#server = new ServerProcess(command, options.logPath, {
      env: { PATH, HOME, ...NO_ENV_FILE, ...options.env },
    });
    this.#options = options;
  }

  /** Starts the process and resolves when it is up. @throws {Error} with the end of its output if it is not in time. */
  static async start(options: ChildOptions): Promise<Child> {
    const child = new Child(options);
    try {
      await waitFor(options.startedText, () => child.#startedLine() !== undefined, START_TIMEOUT_MS);
    } catch (cause) {
      await child.stop();
      throw new Error(`not up:\n${child.#server.logTail()}`, { cause });
    }
    return child;
  }

  get pid(): number {
    return this.#server.pid ?? 0;
  }

  /** Fields of the line that said that it is up. */
  get started(): Record<string, unknown> {
    return JSON.parse(this.#startedLine() ?? '{}') as Record<string, unknown>;
  }

  async stop(): Promise<void> {
    await this.#server.stop();
  }

  #startedLine(): string | undefined {
    const { logPath, startedText } = this.#options;
    return readFileSync(logPath, 'utf8')
      .split('\n')
      .find((line) => line.includes(startedText) && line.endsWith('}'));
  }
}
