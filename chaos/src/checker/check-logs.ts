import type { RunRecord, Violation } from './run-record.ts';

const FATAL_LEVEL = 60;
/** Warnings by Node itself. */
const NOISE = /ExperimentalWarning|Use `node --trace-warnings|^\s*$/;
const DENIED =
  /unhandled ?rejection|uncaught ?exception|heap out of memory|refused a job that is not an execution/i;

/** L10: no process logged an unexpected error. `allowed` are lines that a row provokes. */
export function checkLogs({ logs }: RunRecord, allowed?: RegExp): Violation[] {
  return logs
    .filter(({ line }) => isDenied(line) && !allowed?.test(line))
    .map(({ process, line }) => ({ rule: 'log-line', detail: `${process}: ${line.slice(0, 600)}` }));
}

function isDenied(line: string): boolean {
  if (NOISE.test(line)) return false;
  if (DENIED.test(line)) return true;
  const level = levelOf(line);
  // Product processes write JSON; any other line is a stack trace or a warning of the runtime.
  return level === undefined || level >= FATAL_LEVEL;
}

function levelOf(line: string): number | undefined {
  try {
    const { level } = JSON.parse(line) as { level?: unknown };
    return typeof level === 'number' ? level : undefined;
  } catch {
    return undefined;
  }
}
