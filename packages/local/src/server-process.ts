import { closeSync, openSync, readFileSync } from 'node:fs';
import { platform } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

import { execa, type Subprocess } from 'execa';

import { findExecutable, SYSTEM_PATH } from './executable.ts';

/** After this long a server that was asked to stop is killed. */
const STOP_MS = 15_000;
const LOG_TAIL_LINES = 12;

/**
 * Options of every child process. Its environment is given in full and its output is not kept in memory. It has a process
 * group of its own: a terminal's Ctrl-C reaches only the parent, which stops its children in order.
 */
export const CHILD_OPTIONS = {
  extendEnv: false,
  buffer: false,
  forceKillAfterDelay: false,
  reject: false,
  detached: true,
} as const;

/**
 * Wraps a command so that the kernel kills it when its parent dies, even by SIGKILL. Must be the innermost wrapper: a
 * program that changes its user loses the setting. Linux only; elsewhere the servers of a killed parent stay alive.
 */
export function dieWithParent(command: readonly string[]): string[] {
  if (platform() !== 'linux' || findExecutable('setpriv') === undefined) return [...command];
  return ['setpriv', '--pdeathsig', 'KILL', ...command];
}

export interface ServerProcessOptions {
  /** Working directory; default: that of this process. */
  readonly cwd?: string;
  /** Environment; default: that of this process, with the system directories on PATH. */
  readonly env?: NodeJS.ProcessEnv;
}

const serverEnv = (): NodeJS.ProcessEnv => ({ ...process.env, PATH: SYSTEM_PATH, LC_ALL: 'C.UTF-8' });

/** Server started by this process; its output goes to a log file. */
export class ServerProcess {
  readonly #subprocess: Pick<Subprocess, 'pid' | 'kill'>;
  readonly #logPath: string;
  /** Resolves when the server has ended, or could not be started. */
  readonly exited: Promise<void>;
  #isRunning = true;

  constructor(command: readonly string[], logPath: string, options: ServerProcessOptions = {}) {
    const { cwd = process.cwd(), env = serverEnv() } = options;
    const [file = '', ...args] = command;
    // Written by the server itself: a pipe would cost this process time. Execa's types miss these descriptors.
    const log = openSync(logPath, 'w') as 1;
    const stdio = { stdin: 'ignore', stdout: log, stderr: log } as const;
    const subprocess = execa(file, args, { ...CHILD_OPTIONS, ...stdio, cwd, env });
    this.#subprocess = subprocess;
    closeSync(log);
    this.#logPath = logPath;
    this.exited = subprocess.then(() => void (this.#isRunning = false));
  }

  get pid(): number | undefined {
    return this.#subprocess.pid;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** End of the log, for error messages. */
  logTail(): string {
    return readFileSync(this.#logPath, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
  }

  signal(signal: NodeJS.Signals): void {
    this.#subprocess.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  /** Stops the server by `ask`, by default SIGTERM, and kills it after 15 seconds. */
  async stop(ask = () => this.signal('SIGTERM')): Promise<void> {
    if (!this.isRunning) return;
    // A paused process does not handle SIGTERM.
    this.signal('SIGCONT');
    ask();
    const hasEnded = await endsWithin(this.exited, STOP_MS);
    if (!hasEnded) await this.kill();
  }
}

/** Whether a process ends in time. */
export async function endsWithin(exited: Promise<unknown>, ms: number): Promise<boolean> {
  const timeout = new AbortController();
  try {
    return await Promise.race([
      exited.then(() => true),
      delay(ms, false, { signal: timeout.signal }).catch(() => false),
    ]);
  } finally {
    timeout.abort();
  }
}

/** Runs a short command to its end and returns its output. @throws {Error} with that output if it fails. */
export async function runCommand(command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
  const [file = '', ...args] = dieWithParent(command);
  const { all } = await execa(file, args, {
    ...CHILD_OPTIONS,
    buffer: true,
    reject: true,
    stdin: 'ignore',
    all: true,
    env: { ...serverEnv(), ...env },
  });
  return all;
}
