import { quantile } from '../drive/closed-loop.ts';
import type { Product } from '../rig/product.ts';
import { readRssBytes } from '../rig/usage.ts';
import type { Figures } from './case.ts';
import { runExecutions } from './end-to-end.ts';

const EARLY = 20_000;
const LATE = 100_000;
/** Readings per mark; memory varies with every garbage collection, so the median under load counts. */
const READINGS = 20;
const EXECUTIONS_PER_READING = 100;
const MEBIBYTE = 2 ** 20;

/**
 * Resident memory of API and worker under load, after a number of executions since the start, including those of other
 * cases.
 */
export async function measureMemory(
  product: Product,
  { scale, log }: { scale: number; log: (line: string) => void },
): Promise<Figures> {
  const [early, late] = [EARLY * scale, LATE * scale];
  const first = await readAt(product, early, log);
  const last = await readAt(product, late, log);
  return {
    executions: product.ended(),
    'api early MiB': first.api,
    'api late MiB': last.api,
    'worker early MiB': first.worker,
    'worker late MiB': last.worker,
  };
}

async function readAt(
  product: Product,
  mark: number,
  log: (line: string) => void,
): Promise<{ api: number; worker: number }> {
  const start = mark - READINGS * EXECUTIONS_PER_READING;
  for (let remaining = start - product.ended(); remaining > 0; remaining = start - product.ended()) {
    log(`memory: ${product.ended()} of ${mark} executions`);
    await runExecutions(product, Math.min(remaining, 5_000));
  }
  const readings: { api: number; worker: number }[] = [];
  for (let reading = 0; reading < READINGS; reading += 1) {
    await runExecutions(product, EXECUTIONS_PER_READING);
    readings.push({ api: readRssBytes(product.api.pid), worker: readRssBytes(product.worker.pid) });
  }
  const median = (values: number[]) => quantile(values, 0.5) / MEBIBYTE;
  return {
    api: median(readings.map(({ api }) => api)),
    worker: median(readings.map(({ worker }) => worker)),
  };
}
