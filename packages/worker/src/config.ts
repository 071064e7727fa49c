import {
  logConfig,
  positiveInt,
  processConfig,
  protocolConfig,
  storesConfig,
  submissionConfig,
} from '@mcp-server/shared';
import { z } from 'zod';

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);

const WorkerSettings = z.object({
  ...storesConfig,
  ...logConfig,
  ...protocolConfig,
  ...submissionConfig,
  ...processConfig,
  /** Concurrent runs in this process. */
  WORKER_CONCURRENCY: positiveInt(1, 1_000).default(100),
  /** Pools served, comma separated. */
  WORKER_POOLS: list.default(['default']),
  /** Port of the health and metrics pages; 0 chooses any free port. */
  WORKER_PORT: positiveInt(0, 65_535).default(9_464),
  WORKER_HOST: z.string().default('127.0.0.1'),
  /** Token that the metrics page requires; without one only this machine gets metrics. */
  WORKER_METRICS_TOKEN: z.string().min(32).optional(),
  /** Folder whose subfolders are your own plugins. */
  PLUGINS_DIR: z.string().optional(),
  /** npm packages to load as plugins, comma separated. */
  PLUGINS: list.default([]),
  /** Grace of a stop; work unfinished after two thirds of it is handed back. */
  WORKER_GRACE_MS: positiveInt(100, 600_000).default(20_000),
  /** Time that an aborted action has to stop before it is abandoned. */
  ABANDON_AFTER_MS: positiveInt(10, 600_000).default(5_000),
  /** Number of abandoned runs above which the process is unhealthy: it drains and exits. */
  MAX_ABANDONED: positiveInt(1, 1_000).default(10),
  MAX_RESULT_BYTES: positiveInt(1_024, 8_388_608).default(262_144),
  /** Time without a taken job, while jobs wait and a slot is free, after which the process shuts down. */
  CANARY_MS: positiveInt(1_000, 3_600_000).default(30_000),
});
/** A lease must outlive one or two missed beats, or a busy process loses the work it runs. */
const BEATS_PER_LEASE = 3;

/** Settings that a worker reads from its environment. */
export const WorkerEnv = WorkerSettings.refine(
  ({ BEAT_MS, LEASE_MS }) => BEAT_MS * BEATS_PER_LEASE <= LEASE_MS,
  { path: ['BEAT_MS'], message: `must be at most LEASE_MS / ${BEATS_PER_LEASE}` },
);
export type WorkerConfig = Readonly<z.infer<typeof WorkerEnv>>;
