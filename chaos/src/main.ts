// `npm run chaos -- --quick [--seed N] [--rows F1,F2] [--minutes M]`, or `--sabotage NAME`. The last line counts rows.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { readArguments } from './arguments.ts';
import { formatTable } from './report/table.ts';
import { writeFigures } from './report/write-figures.ts';
import { killChildren } from './rig/child.ts';
import { startStores, type Stores } from './rig/stores.ts';
import { loadRows } from './rows/load-rows.ts';
import type { Row } from './rows/row.ts';
import { type RowResult, runRow } from './run-row.ts';
import { findSabotage, judgeSabotage, type Sabotage } from './sabotage/sabotage.ts';

const SHOWN_VIOLATIONS = 20;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const args = readArguments(process.argv.slice(2));
const dir = mkdtempSync(join(tmpdir(), 'chaos-'));
let stores: Stores | undefined;

async function runRows(rows: Row[], sabotage: Sabotage | undefined): Promise<RowResult[]> {
  stores = await startStores(join(dir, 'stores'), (line) => say(`[chaos] ${line}`));
  const results: RowResult[] = [];
  for (const row of rows) {
    say(`[chaos] ${row.id}: ${row.title}`);
    const result = await runRow(row, {
      stores,
      dir: join(dir, row.id),
      seed: args.seed,
      scale: args.scale,
      workerPreload: sabotage?.preload,
    });
    const { accepted, seconds } = result.figures;
    say(`[chaos] ${row.id}: ${accepted} accepted, ${result.violations.length} violations, ${seconds} s`);
    results.push(result);
  }
  return results;
}

function showViolations({ row, violations }: RowResult): void {
  if (violations.length === 0) return;
  say(`\n${row.id} broke its invariants (seed ${args.seed}); logs and ledger are in ${join(dir, row.id)}`);
  for (const { rule, id, detail } of violations.slice(0, SHOWN_VIOLATIONS)) {
    say(`  ${rule} ${id ?? ''} ${detail}`);
  }
  if (violations.length > SHOWN_VIOLATIONS) say(`  … and ${violations.length - SHOWN_VIOLATIONS} more`);
}

async function main(): Promise<boolean> {
  const sabotage = args.sabotage === undefined ? undefined : findSabotage(args.sabotage);
  const wanted = sabotage ? [sabotage.row] : args.rows;
  const rows = (await loadRows()).filter(({ id, isQuick = true }) =>
    wanted ? wanted.includes(id) : isQuick || !args.isQuick,
  );
  if (rows.length === 0) throw new Error(`no row is called ${String(wanted)}`);
  say(`[chaos] seed ${args.seed}`);
  const results = await runRows(rows, sabotage);
  results.forEach(showViolations);
  say(`\n${formatTable(results)}\n`);
  if (sabotage) return judgeSabotage(sabotage, results, say);
  if (args.figures) {
    await writeFigures({
      name: args.figures,
      seed: args.seed,
      scale: args.scale,
      results,
      stores: stores?.versions ?? {},
    });
  }
  const failed = results.filter(({ violations }) => violations.length > 0).length;
  say(`${results.length - failed} passed, ${failed} failed`);
  return failed === 0;
}

/** A signal ends the product's processes at once; what they were doing is of no interest any more. */
async function stopEarly(): Promise<never> {
  killChildren();
  await stores?.close();
  rmSync(dir, { recursive: true, force: true });
  return process.exit(130);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void stopEarly());

try {
  const hasPassed = await main();
  process.exitCode = hasPassed ? 0 : 1;
} catch (error) {
  say(`[chaos] seed ${args.seed}: ${(error as Error).stack}\n0 passed, 1 failed`);
  process.exitCode = 1;
} finally {
  await stores?.close();
  if (process.exitCode === 0) rmSync(dir, { recursive: true, force: true });
}
