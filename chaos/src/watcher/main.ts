// Samples ended executions while faults go on, so that an end that changes afterwards is found. `main.ts URI FILE`.
import { setTimeout as delay } from 'node:timers/promises';

import { buildModels, createMongo, END_STATUSES, type ExecutionRecord } from '@mcp-server/shared';

import { exitWithParent } from '../exit-with-parent.ts';
import { JsonLines } from '../json-lines.ts';
import { describeEnd, type Sighting } from './sighting.ts';

const PAUSE_MS = 400;
/** How long an end is re-read after it was written. */
const WINDOW_MS = 20_000;
const SAMPLE = 1_000;

const [uri = '', path = 'sightings.jsonl'] = process.argv.slice(2);
const mongo = createMongo({ uri, maxPoolSize: 2, serverSelectionTimeoutMs: 2_000, socketTimeoutMs: 10_000 });
const { ExecutionModel } = buildModels(mongo.connection);
const sightings = new JsonLines<Sighting>(path);
const printed = new Map<string, string>();

async function sampleEnds(): Promise<void> {
  const executions = await ExecutionModel.find(
    { status: { $in: END_STATUSES }, endedAt: { $gt: new Date(Date.now() - WINDOW_MS) } },
    { status: 1, endedAt: 1, result: 1, failure: 1 },
  )
    .limit(SAMPLE)
    .lean<ExecutionRecord[]>();
  for (const execution of executions) {
    const sighting = describeEnd(execution);
    const text = JSON.stringify(sighting);
    if (printed.get(sighting.id) === text) continue;
    printed.set(sighting.id, text);
    sightings.append(sighting);
  }
}

exitWithParent();
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());
process.stdout.write(`${JSON.stringify({ msg: 'watcher started' })}\n`);
while (!stop.signal.aborted) {
  // The database may be under a fault too; the next sample follows.
  await sampleEnds().catch(() => undefined);
  await delay(PAUSE_MS, undefined, { signal: stop.signal }).catch(() => undefined);
}
await mongo.close();
// stdin is still open.
process.exit();
