import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { NO_ENV_FILE } from '@mcp-server/shared/env-file';

/** A process of the product could not start or ended; `exitCode` is its own where it has one. */
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
  logDir: string;
  env: NodeJS.ProcessEnv;
  /** The message of the log line that says that the process is up. */
  startedMessage: string;
  /** Called when the process ends without having been stopped. */
  onUnexpectedEnd: (how: string) => void;
}

const KILL_AFTER_MS = 30_000;

/** An API or a worker of `npm start`; its JSON log goes to a file. */
export class ProductProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<string>;
  #isStopping = false;
  /** Fields of the log line that said that it is up. */
  readonly started: Promise<Record<string, unknown>>;

  constructor({ name, root, logDir, env, startedMessage, onUnexpectedEnd }: ProductProcessOptions) {
    mkdirSync(logDir, { recursive: true });
    const log = createWriteStream(join(logDir, `${name}.log`), { flags: 'a' });
    // Its own process group: Ctrl-C reaches only this process, which stops things in order. The open stdin is how it
    // learns of the end of this process, a SIGKILL included.
    this.#child = spawn(
      process.execPath,
      ['--conditions=@mcp-server/source', join(root, 'packages', name, 'src', 'main.ts')],
      {
        cwd: root,
        env: { ...env, ...NO_ENV_FILE, EXIT_WITH_PARENT: '1' },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: true,
      },
    );
    let complaint = '';
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk.toString()).slice(-4_000);
      log.write(chunk);
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => {
        log.end();
        resolve(`exit ${code ?? signal}`);
      });
    });
    const lines = createInterface({ input: this.#child.stdout! });
    this.started = new Promise((resolve, reject) => {
      lines.on('line', (line) => {
        log.write(`${line}\n`);
        if (line.includes(`"msg":"${startedMessage}"`)) resolve(JSON.parse(line) as Record<string, unknown>);
      });
      void this.#exited.then((how) => {
        const code = this.#child.exitCode ?? 1;
        reject(
          new StartError(
            complaint.trim() || `${name} ended (${how}); see ${join(logDir, `${name}.log`)}`,
            code,
          ),
        );
      });
    });
    const isUp = this.started.then(
      () => true,
      () => false,
    );
    void this.#exited.then(async (how) => {
      if (!this.#isStopping && (await isUp)) onUnexpectedEnd(how);
    });
  }

  /** Stops it gracefully. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
    this.#child.kill('SIGTERM');
    await this.#exited;
    clearTimeout(timer);
  }
}
