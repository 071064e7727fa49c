import { join } from 'node:path';

import { checkRun } from './checker/check-run.ts';
import type { Violation } from './checker/run-record.ts';
import { buildFigures, type RowFigures } from './report/figures.ts';
import { collectRecord, sumMetric } from './rig/collect.ts';
import { quiesce } from './rig/quiescence.ts';
import { Rig, type RigOptions } from './rig/rig.ts';
import type { Row } from './rows/row.ts';

const DEFAULT_QUIESCENCE_SECONDS = 30;

export interface RowResult {
  row: Pick<Row, 'id' | 'title'>;
  seed: number;
  figures: RowFigures;
  violations: Violation[];
}

export type RunOptions = Omit<RigOptions, 'name' | 'apiEnv' | 'workerEnv'>;

/** Runs one row on its own rig, from a fresh database to the verdict. */
export async function runRow(row: Row, options: RunOptions): Promise<RowResult> {
  const stores = await row.openStores?.(options.stores, join(options.dir, 'stores'));
  try {
    return await runOn(row, { ...options, stores: stores ?? options.stores });
  } finally {
    await stores?.close();
  }
}

async function runOn(row: Row, options: RunOptions): Promise<RowResult> {
  const startedAt = performance.now();
  const { apiEnv = {}, workerEnv = {}, slowMs } = row;
  const rig = await Rig.open({ ...options, name: row.id, apiEnv, workerEnv, slowMs });
  try {
    await row.run(rig);
    await quiesce(rig, row.quiescenceSeconds ?? DEFAULT_QUIESCENCE_SECONDS);
    const superseded = await sumMetric(rig, 'mcp_superseded_total');
    const record = await collectRecord(rig);
    const violations = [
      ...checkRun(record, row.allowedLogs ? { allowedLogs: row.allowedLogs } : {}),
      ...rig.found,
      ...((await row.check?.(record, rig)) ?? []),
      ...(row.endsProcesses ? [] : rig.unexpectedEnds.map((detail) => ({ rule: 'process-ended', detail }))),
    ];
    const seconds = (performance.now() - startedAt) / 1_000;
    const { strikes, measured } = rig;
    return {
      row,
      seed: options.seed,
      violations,
      figures: buildFigures({ record, violations, strikes, superseded, seconds, measured }),
    };
  } finally {
    await rig.close();
  }
}
