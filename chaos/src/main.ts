// `npm run chaos -- [--quick] [--seeds 1,2] [--rows F1,F2] [--minutes M] [--resume]`, or `--sabotage NAME`. The last
// line
// counts rows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readArguments } from './arguments.ts';
import { formatTable } from './report/table.ts';
import { writeFigures } from './report/write-figures.ts';
import { INCONCLUSIVE } from './rows/inconclusive.ts';
import { loadRows } from './rows/load-rows.ts';
import type { Row } from './rows/row.ts';
import type { RowResult } from './run-row.ts';
import { readCommit } from './run/commit.ts';
import { RowRunner } from './run/run-rows.ts';
import { scaleFor } from './run/scale.ts';
import { RunState } from './run/state.ts';
import { findSabotage, judgeSabotage } from './sabotage/sabotage.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SHOWN_VIOLATIONS = 20;
const SECONDS_PER_MINUTE = 60;
const print = (line: string): void => void process.stdout.write(`${line}\n`);

const args = readArguments(process.argv.slice(2));
const dir = mkdtempSync(join(tmpdir(), 'chaos-'));
const runName = args.isQuick ? 'quick' : 'full';
const scale = scaleFor(runName, args.minutes, args.seeds.length);
let runner: RowRunner | undefined;

function showViolations({ row, seed, violations }: RowResult): void {
  if (violations.length === 0) return;
  const isInconclusive = violations.every(({ rule }) => rule === INCONCLUSIVE);
  print(
    `\n${row.id} ${isInconclusive ? 'did not meet what it is about' : 'broke its invariants'} (seed ${seed}); logs and ledger are in ${join(dir, `${row.id}-${seed}`)}`,
  );
  for (const { rule, id, detail } of violations.slice(0, SHOWN_VIOLATIONS)) {
    print(`  ${rule} ${id ?? ''} ${detail}`);
  }
  if (violations.length > SHOWN_VIOLATIONS) print(`  … and ${violations.length - SHOWN_VIOLATIONS} more`);
}

/** Rows by id; `F6` includes its variants. @throws {Error} on an unknown id. */
async function chooseRows(wanted: string[] | undefined): Promise<Row[]> {
  const isWanted = (id: string) =>
    wanted?.some((name) => id.toUpperCase() === name || id.toUpperCase().startsWith(`${name}-`));
  const rows = (await loadRows()).filter(({ id, isQuick = true }) =>
    wanted ? isWanted(id) : isQuick || !args.isQuick,
  );
  if (rows.length === 0) throw new Error(`no row is called ${String(wanted)}`);
  return rows;
}

async function main(): Promise<boolean> {
  const sabotage = args.sabotage === undefined ? undefined : findSabotage(args.sabotage);
  const rows = sabotage
    ? (await loadRows()).filter(({ id }) => id === sabotage.row)
    : await chooseRows(args.rows);
  const commit = readCommit();
  const statePath = join(ROOT, '.data', 'chaos', `${runName}.jsonl`);
  const state = args.figures ? new RunState(statePath, { commit, scale }, args) : undefined;
  print(`[chaos] seeds ${args.seeds.join(', ')}, loads × ${scale}, commit ${commit}`);
  const workerPreload = sabotage?.preload;
  runner = new RowRunner({ rows, seeds: args.seeds, scale, dir, workerPreload, state, print });
  const results = await runner.run();
  state?.close();
  results.forEach(showViolations);
  print(`\n${formatTable(results)}\n`);
  if (sabotage) return judgeSabotage(sabotage, results, print);
  if (args.figures) {
    const seconds = results.reduce((sum, { figures }) => sum + figures.seconds, 0);
    await writeFigures({
      name: args.figures,
      seeds: args.seeds,
      minutes: args.minutes,
      scale,
      commit,
      durationMinutes: Math.round(seconds / SECONDS_PER_MINUTE),
      results,
      stores: runner.versions,
    });
  }
  const failed = results.filter(({ violations }) => violations.length > 0).length;
  print(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

/** A signal kills the product's processes at once, because the run is void. */
async function stopEarly(): Promise<never> {
  await runner?.close();
  rmSync(dir, { recursive: true, force: true });
  return process.exit(130);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stopEarly());

try {
  const hasPassed = await main();
  process.exitCode = hasPassed ? 0 : 1;
} catch (error) {
  print(`[chaos] seeds ${args.seeds.join(', ')}: ${(error as Error).stack}\n0 passed, 1 failed`);
  process.exitCode = 1;
} finally {
  await runner?.close();
  if (process.exitCode === 0) rmSync(dir, { recursive: true, force: true });
}
