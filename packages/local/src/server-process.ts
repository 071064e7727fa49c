import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';

import { findExecutable, SYSTEM_PATH } from './executable.ts';

/** After this long a server that was asked to stop is killed. */
const STOP_MS = 15_000;
const LOG_TAIL_LINES = 12;

/**
 * Wraps a command so that the kernel kills it when its parent dies, even by SIGKILL. Must be the innermost wrapper: a
 * program that changes its user loses the setting. Linux only; elsewhere a killed parent leaves its servers running.
 */
export function dieWithParent(command: readonly string[]): string[] {
  if (platform() !== 'linux' || findExecutable('setpriv') === undefined) return [...command];
  return ['setpriv', '--pdeathsig', 'KILL', ...command];
}

export interface ServerProcessOptions {
  /** Opens a message channel; the child sees it close when this process dies. */
  readonly hasChannel?: boolean;
  /** Working directory; default: that of this process. */
  readonly cwd?: string;
}

/** A server started by this process, its output going to a log file. */
export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #logPath: string;
  readonly #exited: Promise<void>;

  constructor(command: readonly string[], logPath: string, options: ServerProcessOptions = {}) {
    const [file, ...args] = command;
    const log = openSync(logPath, 'w');
    // Its own process group: a terminal's Ctrl-C must reach only the process that stops things in order.
    this.#child = spawn(file ?? '', args, {
      stdio: ['ignore', log, log, ...(options.hasChannel === true ? (['ipc'] as const) : [])],
      env: { ...process.env, PATH: SYSTEM_PATH, LC_ALL: 'C.UTF-8' },
      detached: true,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    });
    closeSync(log);
    this.#logPath = logPath;
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => resolve());
      // A command that cannot be started at all reports no exit.
      this.#child.once('error', () => resolve());
    });
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isRunning(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get exited(): Promise<void> {
    return this.#exited;
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#child.on('message', listener);
  }

  /** The end of what the server has said, for an error message. */
  logTail(): string {
    return readFileSync(this.#logPath, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.#exited;
  }

  /** Asks the server to stop through `ask`, and kills it when it takes too long. */
  async stop(ask: () => void): Promise<void> {
    if (!this.isRunning) return;
    const timer = setTimeout(() => this.signal('SIGKILL'), STOP_MS);
    ask();
    await this.#exited;
    clearTimeout(timer);
  }
}

/** Runs a short command to its end and returns its output; throws with that output when it fails. */
export async function runCommand(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [file, ...args] = dieWithParent(command);
  const child = spawn(file ?? '', args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: SYSTEM_PATH, LC_ALL: 'C.UTF-8', ...env },
    detached: true,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${command.join(' ')} failed (exit ${code}):\n${output.trim()}`);
  return output;
}
