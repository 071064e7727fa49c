import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { fileURLToPath } from 'node:url';

import { FatalError } from '@mcp-server/plugin-sdk';

import type { SandboxInput } from './sandbox.ts';

/** Room for some MiB of data with its copies; more would slow down other runs. */
const MAX_HEAP_MIB = 128;
/** Upper bound of the worker's result limit. */
const MAX_OUTPUT_BYTES = 8 * 1_048_576;
/** Starting takes 0.05 s on an idle machine; the expression's own time is measured inside. */
const START_GRACE_MS = 10_000;

/**
 * `env -i` becomes the child. Tools that watch Node processes (agents, coverage) add their NODE_OPTIONS to every
 * environment, even an empty one, and the child may not read their code.
 */
const EMPTY_ENVIRONMENT = '/usr/bin/env';

/** Source in development, emitted JavaScript in production. */
const extension = extname(import.meta.url);
const entry = realpathSync(fileURLToPath(new URL(`./child${extension}`, import.meta.url)));
const library = realpathSync(fileURLToPath(import.meta.resolve('jsonata')));
/**
 * Permissions of the child: it may read its own code and nothing else. No files, processes or threads, and no code from
 * strings.
 */
const ARGUMENTS = [
  '--permission',
  `--allow-fs-read=${dirname(entry)}/`,
  `--allow-fs-read=${library}`,
  '--disallow-code-generation-from-strings',
  `--max-old-space-size=${MAX_HEAP_MIB}`,
  entry,
  library,
];

/**
 * Runs the sandbox in its own process, which ends with it. A thread is not enough: V8 aborts the whole process when a
 * thread's heap is full, whatever its `resourceLimits` are.
 * @returns the output of the sandbox.
 * @throws {FatalError} `EXPRESSION_TOO_LARGE` or `EXPRESSION_TIMEOUT`.
 */
export async function runEvaluator(input: SandboxInput, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  const child = spawn(EMPTY_ENVIRONMENT, ['-i', process.execPath, ...ARGUMENTS], {
    env: {},
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const kill = () => child.kill('SIGKILL');
  const timer = setTimeout(kill, input.timeoutMs + START_GRACE_MS);
  signal.addEventListener('abort', kill, { once: true });
  try {
    const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    const output: Buffer[] = [];
    let sizeBytes = 0;
    child.stdout.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_OUTPUT_BYTES) kill();
      else output.push(chunk);
    });
    // A child that dies early closes its stdin; its exit code tells more.
    child.stdin.on('error', () => undefined).end(JSON.stringify(input));
    const [code, endSignal] = await closed;
    signal.throwIfAborted();
    if (code === 0) return Buffer.concat(output).toString();
    throw describeEnd(code, endSignal, sizeBytes, input.timeoutMs);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', kill);
  }
}

/** Error for an expression that exceeded its time limit. */
export const timedOut = (timeoutMs: number) =>
  new FatalError(`The expression did not end within ${timeoutMs} ms.`, { code: 'EXPRESSION_TIMEOUT' });

function describeEnd(
  code: number | null,
  signal: string | null,
  sizeBytes: number,
  timeoutMs: number,
): Error {
  const tooLarge = (message: string) => new FatalError(message, { code: 'EXPRESSION_TOO_LARGE' });
  if (sizeBytes > MAX_OUTPUT_BYTES) return tooLarge(`The result is larger than ${MAX_OUTPUT_BYTES} bytes.`);
  // V8 aborts when its heap is full.
  if (signal === 'SIGABRT' || code === 134)
    return tooLarge('The expression needs more memory than it may use.');
  if (signal === 'SIGKILL') return timedOut(timeoutMs);
  return new Error(`The evaluator ended with ${code ?? signal}.`);
}
