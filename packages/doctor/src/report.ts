import type { Level } from './check.ts';
import type { Line } from './run-checks.ts';

const WORST_FIRST: readonly Level[] = ['fail', 'warn', 'ok'];

export const countLevel = (lines: readonly Line[], level: Level): number =>
  lines.filter((line) => line.level === level).length;

/** Formats one line per finding, the worst first, and a summary. Passed checks are shown only on request. */
export function formatReport(lines: readonly Line[], { isVerbose }: { isVerbose: boolean }): string {
  const shown = WORST_FIRST.flatMap((level) =>
    lines.filter((line) => line.level === level && (isVerbose || level !== 'ok')),
  );
  const width = Math.max(0, ...shown.map(({ check }) => check.length));
  const body = shown.map(({ level, check, found, advice }) => {
    const todo = advice === undefined ? '' : `: ${advice}`;
    return `${level.padEnd(4)}  ${check.padEnd(width)}  ${found}${todo}`;
  });
  return [...body, summarize(lines)].join('\n');
}

function summarize(lines: readonly Line[]): string {
  const [failed, warned] = [countLevel(lines, 'fail'), countLevel(lines, 'warn')];
  const checks = new Set(lines.map(({ check }) => check)).size;
  if (failed + warned === 0) return `${checks} checks: all passed`;
  return `${checks} checks: ${failed} failures, ${warned} warnings`;
}
