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
  /** Runs at once in this process. */
  WORKER_CONCURRENCY: positiveInt(1, 1_000).default(100),
  /** Pools served, comma separated. */
  WORKER_POOLS: list.default(['default']),
  /** Port of the health and metrics pages; 0 takes any free one. */
  WORKER_PORT: positiveInt(0, 65_535).default(9_464),
  WORKER_HOST: z.string().default('127.0.0.1'),
  /** Asked for by the metrics page; without one only this machine gets metrics. */
  WORKER_METRICS_TOKEN: z.string().min(32).optional(),
  /** A folder whose sub-folders are plugins of your own. */
  PLUGINS_DIR: z.string().optional(),
  /** npm packages that are plugins, comma separated. */
  PLUGINS: list.default([]),
  /** How long a stop may take; work that is unfinished at two thirds of it is handed back. */
  WORKER_GRACE_MS: positiveInt(100, 600_000).default(20_000),
  /** How long an aborted action may take to stop before it is abandoned. */
  ABANDON_AFTER_MS: positiveInt(10, 600_000).default(5_000),
  /** With so many abandoned runs the process is not healthy any more: it drains and exits. */
  MAX_ABANDONED: positiveInt(1, 1_000).default(10),
  MAX_RESULT_BYTES: positiveInt(1_024, 8_388_608).default(262_144),
  /** Jobs wait, a slot is free, and nothing was taken for so long: the process gives itself up. */
  CANARY_MS: positiveInt(1_000, 3_600_000).default(30_000),
});
/** A lease must outlive a missed beat or two, or a busy process loses work that it runs. */
const BEATS_PER_LEASE = 3;

/** Everything that a worker reads from its environment. */
export const WorkerEnv = WorkerSettings.refine(
  ({ BEAT_MS, LEASE_MS }) => BEAT_MS * BEATS_PER_LEASE <= LEASE_MS,
  { path: ['BEAT_MS'], message: `must be at most LEASE_MS / ${BEATS_PER_LEASE}` },
);
export type WorkerConfig = Readonly<z.infer<typeof WorkerEnv>>;
