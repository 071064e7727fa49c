import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';

import { NO_ENV_FILE } from '@mcp-server/shared/env-file';
import { execa } from 'execa';

import { CHILD_OPTIONS, dieWithParent, endsWithin } from './server-process.ts';

const START_TIMEOUT_MS = 60_000;
const TAIL_LINES = 40;

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface NodeProcessOptions {
  /** Arguments of node. */
  readonly args: readonly string[];
  /** Added to PATH and HOME of this process; nothing else is inherited. */
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Text of the JSON line that says that the process is up. */
  readonly startedText: string;
  /** Called with every line of its output. */
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** A process of Node that logs JSON lines, such as an API or a worker. It ends with this process. */
export class NodeProcess {
  readonly child: ChildProcess;
  /** Resolves when the process has ended and its output has been read. */
  readonly exited: Promise<ProcessEnd>;
  /** Fields of the line that said that the process is up. Rejects with its last lines if it ends before. */
  readonly started: Promise<Record<string, unknown>>;

  constructor({ args, env, cwd = process.cwd(), startedText, onLine }: NodeProcessOptions) {
    const [file = '', ...rest] = dieWithParent([process.execPath, ...args]);
    const { PATH, HOME } = process.env;
    const subprocess = execa(file, rest, {
      ...CHILD_OPTIONS,
      // The open stdin tells the child, where setpriv does not exist, that this process is gone.
      stdio: 'pipe',
      cwd,
      env: { PATH, HOME, EXIT_WITH_PARENT: '1', ...NO_ENV_FILE, ...env },
    });
    this.child = subprocess.nodeChildProcess;
    this.exited = subprocess.then(({ exitCode, signal }) => ({
      code: exitCode ?? null,
      signal: signal ?? null,
    }));
    this.started = this.#readUntilStarted(startedText, onLine);
    // Some owners only wait for the end.
    this.started.catch(() => undefined);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  async kill(): Promise<ProcessEnd> {
    this.signal('SIGKILL');
    return this.exited;
  }

  /** Sends SIGTERM. Resolves to the end, or to undefined if the process had to be killed after `killAfterMs`. */
  async stop(killAfterMs: number): Promise<ProcessEnd | undefined> {
    this.signal('SIGTERM');
    if (await endsWithin(this.exited, killAfterMs)) return this.exited;
    await this.kill();
    return undefined;
  }

  async #readUntilStarted(
    startedText: string,
    onLine: NodeProcessOptions['onLine'],
  ): Promise<Record<string, unknown>> {
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    const tail: string[] = [];
    const read = (stream: 'stdout' | 'stderr') => (line: string) => {
      onLine(line, stream);
      tail.push(line);
      if (tail.length > TAIL_LINES) tail.shift();
      if (line.includes(startedText)) resolve(JSON.parse(line) as Record<string, unknown>);
    };
    const { stdout, stderr } = this.child;
    if (stdout) createInterface({ input: stdout }).on('line', read('stdout'));
    if (stderr) createInterface({ input: stderr }).on('line', read('stderr'));
    const fail = (how: string) => reject(new Error(`${how}:\n${tail.join('\n')}`));
    const timer = setTimeout(() => fail(`not up after ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    void this.exited.then(({ code, signal }) => fail(`ended (${code ?? signal}) before it was up`));
    return promise.finally(() => clearTimeout(timer));
  }
}
