import { writeFile } from 'node:fs/promises';

import type { ExecutionRecord } from '@mcp-server/shared';

import type { RunRecord } from '../checker/run-record.ts';
import { readJsonLines } from '../json-lines.ts';
import { LedgerLine, Trouble } from '../load/ledger.ts';
import { Effect } from '../sink/effect.ts';
import { Sighting } from '../watcher/sighting.ts';
import { readLeftJobs } from './quiescence.ts';
import type { Rig } from './rig.ts';

/** Reads the files of all observers. */
export async function collectRecord(rig: Rig): Promise<RunRecord> {
  const { files, logs, models, strikes } = rig;
  const documents = await models.ExecutionModel.find({}).lean<ExecutionRecord[]>();
  // Kept for the analysis of a failed row.
  await writeFile(files.documents, documents.map((document) => `${JSON.stringify(document)}\n`).join(''));
  await writeFile(files.strikes, strikes.map((strike) => `${JSON.stringify(strike)}\n`).join(''));
  return {
    ledger: readJsonLines(files.ledger, LedgerLine),
    troubles: readJsonLines(files.trouble, Trouble),
    effects: readJsonLines(files.effects, Effect),
    sightings: readJsonLines(files.sightings, Sighting),
    documents,
    logs: [...logs],
    jobs: await readLeftJobs(rig),
  };
}

/** Sum of a metric over the living workers. */
export async function sumMetric(rig: Rig, name: string): Promise<number> {
  const values = await Promise.all(rig.workers.map((worker) => worker.readMetric(name)));
  return values.reduce((sum, value) => sum + value, 0);
}
