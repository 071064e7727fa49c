import type { ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import { NodeProcess, type ProcessEnd } from '@mcp-server/local';

import { runEnvironment } from './run-environment.ts';

/** A process of the product, started for real. */
export interface ProductProcess {
  child: ChildProcess;
  pid: number;
  /** Every line of its output, in order. */
  lines: string[];
  /** Fields of the log line that said that it is up. */
  started: Record<string, unknown>;
  /** Sends a signal and resolves when the process has ended. */
  end(signal: NodeJS.Signals): Promise<ProcessEnd>;
}

const ENTRY = { worker: '../../worker/src/main.ts', api: '../../api/src/main.ts' } as const;
const STARTED_TEXT = { worker: '"msg":"worker started"', api: '"msg":"api listening"' } as const;

/**
 * Starts an API or a worker as a process and waits until it is up; the teardown kills it.
 * @throws {Error} with its output if it ends before.
 */
export async function startProcess(
  t: { teardown(fn: () => Promise<void>): void },
  kind: keyof typeof ENTRY,
  env: Record<string, string>,
): Promise<ProductProcess> {
  const lines: string[] = [];
  const product = new NodeProcess({
    args: ['--conditions=@mcp-server/source', fileURLToPath(new URL(ENTRY[kind], import.meta.url))],
    env: { ...runEnvironment(), WORKER_PORT: '0', PORT: '0', ...env },
    startedText: STARTED_TEXT[kind],
    onLine: (line) => lines.push(line),
  });
  t.teardown(async () => void (await product.kill()));
  return {
    child: product.child,
    pid: product.pid,
    lines,
    started: await product.started,
    end(signal) {
      product.signal(signal);
      return product.exited;
    },
  };
}
