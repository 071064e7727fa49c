import { type DurationStats, FreshCache, type Percentiles, type RecentTime } from '@mcp-server/shared';

/** Number of recently ended executions to aggregate. */
const SAMPLES = 200;
/** The statistics change slowly. */
const MAX_AGE_MS = 10_000;
const MAX_ENTRIES = 1_000;

/** Reads how long an action usually waits and runs. */
export interface DurationStatsReader {
  read(of: { plugin: string; action: string }): Promise<DurationStats>;
}

type ReadTimes = (query: { plugin: string; action: string; limit: number }) => Promise<RecentTime[]>;

export function buildDurationStatsReader({ readTimes }: { readTimes: ReadTimes }): DurationStatsReader {
  const recent = new FreshCache<DurationStats>({ maxAgeMs: MAX_AGE_MS, maxEntries: MAX_ENTRIES });
  return {
    read: ({ plugin, action }) =>
      recent.read(`${plugin} ${action}`, async () =>
        summarize(await readTimes({ plugin, action, limit: SAMPLES })),
      ),
  };
}

function summarize(times: RecentTime[]): DurationStats {
  return {
    waitMs: percentiles(times.flatMap(({ waitMs }) => waitMs ?? [])),
    runMs: percentiles(times.flatMap(({ runMs }) => runMs ?? [])),
    samples: times.length,
  };
}

/** By nearest rank: a value that occurred. */
function percentiles(values: number[]): Percentiles | null {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  const [p50, p95] = [at(0.5), at(0.95)];
  return p50 === undefined || p95 === undefined ? null : { p50, p95 };
}
