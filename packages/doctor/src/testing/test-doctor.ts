import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { NO_ENV_FILE } from '@mcp-server/shared';
import { runEnvironment } from '@mcp-server/testing';

import type { Line } from '../run-checks.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

export interface DoctorRun {
  code: number | null;
  output: string;
}

/** Runs the doctor as a process with exactly this environment. */
export async function runDoctor(env: Record<string, string>, ...args: string[]): Promise<DoctorRun> {
  const child = spawn(process.execPath, ['--conditions=@mcp-server/source', MAIN, ...args], {
    env: { PATH: process.env['PATH'], ...runEnvironment(), ...NO_ENV_FILE, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([
    text(child.stdout),
    once(child, 'close') as Promise<[number | null]>,
  ]);
  return { code, output };
}

/** Runs it with `--json` and parses the report. */
export async function readLines(
  env: Record<string, string>,
  ...args: string[]
): Promise<{ code: number | null; lines: Line[]; output: string }> {
  const { code, output } = await runDoctor(env, '--json', ...args);
  const { lines } = JSON.parse(output) as { lines: Line[] };
  return { code, lines, output };
}

/** Returns the warnings and failures of a check as one text. */
export const complaintsOf = (lines: readonly Line[], check: string): string =>
  lines
    .filter((line) => line.check === check && line.level !== 'ok')
    .map(({ level, found }) => `${level} ${found}`)
    .join('; ');
