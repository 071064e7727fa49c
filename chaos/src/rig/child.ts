import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { platform } from 'node:os';
import { createInterface } from 'node:readline';

import { NO_ENV_FILE } from '@mcp-server/shared';

const START_TIMEOUT_MS = 60_000;

/** Every living child; all are killed when this process ends for any reason. */
const living = new Set<ChildProcess>();
process.on('exit', killChildren);

/** Kills every living child, even a frozen one. Synchronous, so that it works during exit. */
export function killChildren(): void {
  for (const child of living) child.kill('SIGKILL');
}

export interface ChildOptions {
  /** Arguments of node. */
  args: string[];
  env: Record<string, string>;
  /** Text of the log line that says that the child is up. */
  startedText: string;
  onLine: (line: string) => void;
}

/** A process of the rig; its output is read line by line. */
export class Child {
  readonly #process: ChildProcess;
  /** Resolves to its exit code or signal. */
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** Fields of the line that said that it is up. */
  readonly started: Promise<Record<string, unknown>>;

  constructor({ args, env, startedText, onLine }: ChildOptions) {
    const [file = '', ...rest] = dieWithParent([process.execPath, ...args]);
    const child = spawn(file, rest, {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        EXIT_WITH_PARENT: '1',
        ...NO_ENV_FILE,
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
      // Its own process group: Ctrl-C reaches the rig alone, which then ends its children.
      detached: true,
    });
    living.add(child);
    this.#process = child;
    this.exited = once(child, 'close').then(([code, signal]: unknown[]) => {
      living.delete(child);
      return { code: code as number | null, signal: signal as NodeJS.Signals | null };
    });
    this.started = this.#readUntilStarted(startedText, onLine);
    // A child that is killed before it is up must not cause an unhandled rejection of the rig.
    this.started.catch(() => undefined);
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async kill(): Promise<void> {
    this.signal('SIGKILL');
    await this.exited;
  }

  async #readUntilStarted(text: string, onLine: (line: string) => void): Promise<Record<string, unknown>> {
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
    const last: string[] = [];
    const read = (line: string) => {
      onLine(line);
      last.push(line);
      if (last.length > 10) last.shift();
      if (line.includes(text)) resolve(JSON.parse(line) as Record<string, unknown>);
    };
    for (const stream of [this.#process.stdout, this.#process.stderr]) {
      if (stream) createInterface(stream).on('line', read);
    }
    const timer = setTimeout(
      () => reject(new Error(`not up in time:\n${last.join('\n')}`)),
      START_TIMEOUT_MS,
    );
    void this.exited.then(({ code, signal }) =>
      reject(new Error(`ended (${code ?? signal}) before it was up:\n${last.join('\n')}`)),
    );
    return promise.finally(() => clearTimeout(timer));
  }
}

let hasSetpriv: boolean | undefined;

/** The kernel kills the child when the rig is killed: a frozen worker would never see its stdin end. */
function dieWithParent(command: string[]): string[] {
  hasSetpriv ??= platform() === 'linux' && spawnSync('setpriv', ['--version']).status === 0;
  return hasSetpriv ? ['setpriv', '--pdeathsig', 'KILL', ...command] : command;
}
