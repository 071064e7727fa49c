import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { NO_ENV_FILE } from '@mcp-server/shared';

/** A running process of the product. */
export interface ProductProcess {
  child: ChildProcess;
  pid: number;
  /** Its output lines, in order. */
  lines: string[];
  /** JSON log line that says that it is up. */
  started: Record<string, unknown>;
  /** Sends a signal and resolves to its exit code or signal. */
  end(signal: NodeJS.Signals): Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

const ENTRY = { worker: '../../worker/src/main.ts', api: '../../api/src/main.ts' } as const;
const STARTED = { worker: 'worker started', api: 'api listening' } as const;
const START_TIMEOUT_MS = 60_000;

/**
 * Starts an API or a worker as a process and waits until it is up; the teardown ends it.
 * @throws {Error} with its output if it ends before.
 */
export async function startProcess(
  t: { teardown(fn: () => Promise<void>): void },
  kind: keyof typeof ENTRY,
  env: Record<string, string>,
): Promise<ProductProcess> {
  const child = spawn(
    process.execPath,
    ['--conditions=@mcp-server/source', fileURLToPath(new URL(ENTRY[kind], import.meta.url))],
    {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        EXIT_WITH_PARENT: '1',
        ...NO_ENV_FILE,
        WORKER_PORT: '0',
        PORT: '0',
        ...env,
      },
      stdio: ['pipe', 'pipe', 'pipe'],
    },
  );
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  t.teardown(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await exited;
  });
  const lines: string[] = [];
  const started = await new Promise<Record<string, unknown>>((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`${kind} is not up:\n${lines.join('\n')}`)),
      START_TIMEOUT_MS,
    );
    const read = (line: string) => {
      lines.push(line);
      if (!line.includes(`"msg":"${STARTED[kind]}"`)) return;
      clearTimeout(timer);
      resolve(JSON.parse(line) as Record<string, unknown>);
    };
    createInterface(child.stdout).on('line', read);
    createInterface(child.stderr).on('line', read);
    void exited.then(([code, signal]) => {
      clearTimeout(timer);
      reject(new Error(`${kind} ended with ${code ?? signal}:\n${lines.join('\n')}`));
    });
  });
  return {
    child,
    pid: child.pid ?? 0,
    lines,
    started,
    async end(signal) {
      child.kill(signal);
      const [code, endSignal] = await exited;
      return { code, signal: endSignal };
    },
  };
}
