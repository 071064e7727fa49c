import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

import { dieWithParent } from '@mcp-server/local';
import { Parser } from 'tap-parser';

import { isWholeMatrix } from '../matrix.ts';
import { takeEndedCpuMs } from './children-cpu.ts';

/**
 * A file ends itself after the first limit and names what it waited for; a file that raises its own limit has until the
 * second.
 */
const TIMEOUT_S = isWholeMatrix ? 1_800 : 300;
const ALARM_MS = TIMEOUT_S * 1_400;
/** A process that outlives its last test for this long has left a handle open. */
const LINGER_MS = 15_000;
/** After SIGALRM tap prints the open handles and ends. */
const KILL_MS = 10_000;
/** A process that a test left behind may hold the output open. */
const OUTPUT_MS = 5_000;
/** tap prints this at the end. */
const LAST_LINE = /^# time=/;

/** Result of a test file, counted in tests (the sentences), not in assertions. */
export interface FileResult {
  passed: number;
  failed: number;
  ms: number;
  /** CPU milliseconds of the file and of all that it started and waited for, without the stores. */
  cpuMs: number;
  output: string;
  /** Comments of the file and of its subtests. */
  comments: string[];
}

interface RunOptions {
  env: NodeJS.ProcessEnv;
  lingerMs?: number;
  /** Ends the file early. */
  stop?: AbortSignal;
}

/** Runs a test file in a separate process. A skipped test counts as failed. */
export async function runTestFile(
  file: string,
  { env, lingerMs = LINGER_MS, stop }: RunOptions,
): Promise<FileResult> {
  const startedAt = performance.now();
  const [program = '', ...args] = dieWithParent([process.execPath, '--conditions=@mcp-server/source', file]);
  const child = spawn(program, args, {
    env: { TAP_TIMEOUT: String(TIMEOUT_S), TAP_FAIL_SKIP: '1', TAP_FAIL_TODO: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const result: FileResult = { passed: 0, failed: 0, ms: 0, cpuMs: 0, output: '', comments: [] };
  const timers: NodeJS.Timeout[] = [];
  const endWithin = (ms: number) => {
    timers.push(setTimeout(() => child.kill('SIGALRM'), ms));
    timers.push(setTimeout(() => child.kill('SIGKILL'), ms + KILL_MS));
  };
  endWithin(ALARM_MS);
  const end = () => void child.kill('SIGTERM');
  stop?.addEventListener('abort', end);
  const parser = new Parser({ name: file });
  parser.on('assert', ({ ok }: { ok: boolean }) => (result[ok ? 'passed' : 'failed'] += 1));
  parser.on('comment', (comment: string) => LAST_LINE.test(comment) && endWithin(lingerMs));
  collectComments(parser, result.comments);
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (result.output += text));
  }
  child.stdout.pipe(parser);
  const closed = once(child, 'close');
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  result.cpuMs = takeEndedCpuMs();
  await Promise.race([closed, delay(OUTPUT_MS, undefined, { ref: false })]);
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  for (const timer of timers) clearTimeout(timer);
  stop?.removeEventListener('abort', end);
  result.ms = Math.round(performance.now() - startedAt);
  if (result.failed === 0 && (code !== 0 || result.passed === 0)) {
    result.failed = 1;
    result.output += `\n${file} ended with ${signal ?? `exit ${code}`}${signal === 'SIGALRM' ? ': a handle is open' : ''}\n`;
  }
  return result;
}

function collectComments(parser: Parser, comments: string[]): void {
  parser.on('comment', (comment: string) => comments.push(comment.trimEnd()));
  parser.on('child', (child: Parser) => collectComments(child, comments));
}
