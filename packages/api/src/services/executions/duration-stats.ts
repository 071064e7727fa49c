import type { Percentiles, RecentTime, DurationStats as Usual } from '@mcp-server/shared';

/** Number of recently ended executions to aggregate. */
const SAMPLES = 200;
/** The statistics change slowly. */
const MAX_AGE_MS = 10_000;
const MAX_ENTRIES = 1_000;

/** Reads how long an action usually waits and runs. */
export interface DurationStatsReader {
  read(of: { plugin: string; action: string }): Promise<Usual>;
}

type ReadTimes = (query: { plugin: string; action: string; limit: number }) => Promise<RecentTime[]>;

export function buildDurationStatsReader({ readTimes }: { readTimes: ReadTimes }): DurationStatsReader {
  const known = new Map<string, { at: number; usual: Promise<Usual> }>();
  return {
    read({ plugin, action }) {
      const key = `${plugin} ${action}`;
      const at = performance.now();
      const recent = known.get(key);
      if (recent && at - recent.at < MAX_AGE_MS) return recent.usual;
      known.delete(key);
      if (known.size >= MAX_ENTRIES) known.delete(known.keys().next().value ?? '');
      const usual = readTimes({ plugin, action, limit: SAMPLES }).then(summarize);
      known.set(key, { at, usual });
      // A failed read is not kept.
      usual.catch(() => {
        if (known.get(key)?.usual === usual) known.delete(key);
      });
      return usual;
    },
  };
}

function summarize(times: RecentTime[]): Usual {
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
