import { join } from 'node:path';
import { inspect } from 'node:util';

import { noFigures } from '../report/figures.ts';
import { startStores, type Stores } from '../rig/stores.ts';
import type { Row } from '../rows/row.ts';
import { type RowResult, runRow } from '../run-row.ts';
import type { RunState } from './state.ts';

interface RunRowsOptions {
  rows: readonly Row[];
  seeds: readonly number[];
  scale: number;
  /** Folder of this run: logs, ledgers, the stores' data. */
  dir: string;
  workerPreload: string | undefined;
  state: RunState | undefined;
  print: (line: string) => void;
}

export interface RunStores {
  /** Names and versions; empty before the first row. */
  versions: Record<string, string>;
  close(): Promise<void>;
}

/** Runs every row once for each seed. A row that breaks down counts as failed, and the run continues on new stores. */
export class RowRunner implements RunStores {
  readonly #options: RunRowsOptions;
  #stores: Stores | undefined;
  #starts = 0;
  versions: Record<string, string> = {};

  constructor(options: RunRowsOptions) {
    this.#options = options;
  }

  async run(): Promise<RowResult[]> {
    const { rows, seeds, state, print } = this.#options;
    const results: RowResult[] = [];
    for (const seed of seeds) {
      for (const row of rows) {
        const earlierResult = state?.find(row.id, seed);
        if (earlierResult) print(`[chaos] ${row.id}, seed ${seed}: finished by an earlier run`);
        results.push(earlierResult ?? (await this.#runOne(row, seed)));
      }
    }
    // A run that only took over results must name their versions, too.
    if (!this.#stores) await this.#openStores();
    return results;
  }

  async close(): Promise<void> {
    await this.#stores?.close();
    this.#stores = undefined;
  }

  async #runOne(row: Row, seed: number): Promise<RowResult> {
    const { scale, dir, workerPreload, state, print } = this.#options;
    print(`[chaos] ${row.id}, seed ${seed}: ${row.title}`);
    const startedAt = performance.now();
    try {
      const stores = await this.#openStores();
      const rowDir = join(dir, `${row.id}-${seed}`);
      const result = await runRow(row, { stores, dir: rowDir, seed, scale, workerPreload });
      const { accepted, seconds } = result.figures;
      print(`[chaos] ${row.id}: ${accepted} accepted, ${result.violations.length} violations, ${seconds} s`);
      state?.keep(result);
      return result;
    } catch (error) {
      print(`[chaos] ${row.id} broke down: ${inspect(error)}`);
      await this.close();
      const seconds = (performance.now() - startedAt) / 1_000;
      const violations = [{ rule: 'row-broke-down', detail: String(error) }];
      const figures = { ...noFigures(seconds), violations: { 'row-broke-down': 1 } };
      return { row, seed, figures, violations };
    }
  }

  async #openStores(): Promise<Stores> {
    const { dir, print } = this.#options;
    this.#stores ??= await startStores(join(dir, `stores-${++this.#starts}`), (line) =>
      print(`[chaos] ${line}`),
    );
    this.versions = this.#stores.versions;
    return this.#stores;
  }
}
