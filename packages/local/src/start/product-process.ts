import { join } from 'node:path';

import { EXIT_CONFIG, NO_ENV_FILE } from '@mcp-server/shared/env-file';

import { NodeProcess } from '../node-process.ts';

/** A process of the product could not start or ended; `exitCode` is its own if it has one. */
export class StartError extends Error {
  override readonly name = 'StartError';
  readonly exitCode: number;

  constructor(message: string, exitCode: number) {
    super(message);
    this.exitCode = exitCode;
  }
}

export interface ProductProcessOptions {
  name: 'api' | 'worker';
  root: string;
  env: NodeJS.ProcessEnv;
  /** Called with every line of its output. */
  onLine: (line: string) => void;
  /**
   * Called when the process ends without having been stopped; with an error if it said that it cannot work with its
   * settings, so that another start would not help.
   */
  onUnexpectedEnd: (how: string, refusal?: StartError) => void;
}

const STARTED_TEXT = { api: '"msg":"api listening"', worker: '"msg":"worker started"' } as const;
const KILL_AFTER_MS = 30_000;
const ERROR_LINES = 30;

/** An API or a worker of `npm start` or `npm run dev`. */
export class ProductProcess {
  readonly #process: NodeProcess;
  /** Fields of the log line that said that it is up. Rejects with a StartError if it ends before. */
  readonly started: Promise<Record<string, unknown>>;
  #isStopping = false;

  constructor({ name, root, env, onLine, onUnexpectedEnd }: ProductProcessOptions) {
    const errors: string[] = [];
    const child = new NodeProcess({
      args: ['--conditions=@mcp-server/source', join(root, 'packages', name, 'src', 'main.ts')],
      cwd: root,
      // This process has read the settings file already.
      env: { ...env, ...NO_ENV_FILE, EXIT_WITH_PARENT: '1' },
      startedText: STARTED_TEXT[name],
      onLine: (line, stream) => {
        onLine(line);
        if (stream === 'stderr') errors.push(line);
        if (errors.length > ERROR_LINES) errors.shift();
      },
    });
    this.#process = child;
    let isUp = false;
    this.started = child.started.then(
      (fields) => {
        isUp = true;
        return fields;
      },
      async (error: Error) => {
        const { code } = await child.kill();
        throw new StartError(errors.join('\n').trim() || `${name} ${error.message}`, code ?? 1);
      },
    );
    void child.exited.then(({ code, signal }) => {
      if (this.#isStopping || !isUp) return;
      const isRefused = code === EXIT_CONFIG;
      const refusal = isRefused
        ? new StartError(errors.join('\n').trim() || `${name} ended`, code)
        : undefined;
      onUnexpectedEnd(`exit ${code ?? signal}`, refusal);
    });
  }

  /** Stops it gracefully, and kills it after 30 seconds. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#process.stop(KILL_AFTER_MS);
  }
}
