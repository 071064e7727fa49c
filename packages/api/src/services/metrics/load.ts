import { type Catalogue, FreshCache, type Logger, type Workload } from '@mcp-server/shared';

import type { ExecutionQueues } from '../../redis/execution-queues.ts';
import type { Readiness, ReadinessReport } from '../fleet/readiness.ts';

/** Counting is expensive; several or frequent scrapers get the same figures. */
const MAX_AGE_MS = 5_000;

/** Load of the whole system as the stores report it. Parts that could not be read are missing. */
export interface Load {
  stores: Pick<ReadinessReport, 'mongodb' | 'redis'>;
  workload?: Workload | undefined;
  jobs: { pool: string; counts: Record<string, number> }[];
}

export interface LoadReader {
  read(): Promise<Load>;
}

interface LoadDeps {
  readiness: Readiness;
  catalogue: Catalogue;
  queues: ExecutionQueues;
  readWorkload: () => Promise<Workload>;
  logger: Logger;
}

export function buildLoadReader(deps: LoadDeps): LoadReader {
  const recent = new FreshCache<Load>({ maxAgeMs: MAX_AGE_MS, isSingleFlight: true });
  return { read: () => recent.read('all', () => readLoad(deps)) };
}

async function readLoad({ readiness, catalogue, queues, readWorkload, logger }: LoadDeps): Promise<Load> {
  const { mongodb, redis } = await readiness.check();
  const optional = async <T>(isUp: boolean, read: () => Promise<T>): Promise<T | undefined> => {
    try {
      return isUp ? await read() : undefined;
    } catch (err) {
      logger.warn({ err }, 'reading the load failed');
      return undefined;
    }
  };
  const [workload, jobs] = await Promise.all([
    optional(mongodb.state === 'up', readWorkload),
    optional(redis.state === 'up', async () => {
      const pools = new Set((await catalogue.list()).map(({ plugin }) => plugin.pool));
      return Promise.all([...pools].map(async (pool) => ({ pool, counts: await queues.countJobs(pool) })));
    }),
  ]);
  return { stores: { mongodb, redis }, workload, jobs: jobs ?? [] };
}
