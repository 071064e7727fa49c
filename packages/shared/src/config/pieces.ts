import { z } from 'zod';

const SECONDS_PER_DAY = 86_400;

/** Text such as "3" or "0.5" from the environment as a number. */
const count = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

export const storesConfig = {
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'must begin with mongodb:// or mongodb+srv://')
    .default('mongodb://127.0.0.1:27017/mcp_server'),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\//, 'must begin with redis:// or rediss://')
    .default('redis://127.0.0.1:6379'),
  /** Namespace of every Redis key, so that several systems can share one Redis. */
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w{}-]{1,64}$/, 'must be letters, digits, dashes or a hash tag')
    .default('mcp'),
};

export const logConfig = {
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  /** A folder for log files, one per day, beside stdout. */
  LOG_DIR: z.string().optional(),
  /** Number of log files to keep. */
  LOG_KEEP_FILES: count(1, 10_000).default(14),
};

export const processConfig = {
  /** `1` when the parent holds this process's stdin open: when it ends, the parent is gone. */
  EXIT_WITH_PARENT: z.enum(['0', '1']).default('0'),
};

/** Times of the execution protocol. The defaults are measured; tests and operators may change them. */
export const protocolConfig = {
  LEASE_MS: count(500, 600_000).default(5_000),
  BEAT_MS: count(50, 60_000).default(1_000),
  SWEEP_MS: count(50, 600_000).default(1_000),
  STALLED_CHECK_MS: count(100, 600_000).default(1_000),
  MAX_CRASHES: count(1, 100).default(3),
  EXECUTION_RETENTION_SECONDS: count(60, 3650 * SECONDS_PER_DAY).default(30 * SECONDS_PER_DAY),
};

/** Limits for accepting an execution; API and workers must have the same. */
export const submissionConfig = {
  MAX_UNFINISHED_PER_USER: count(1, 10_000_000).default(10_000),
  MAX_UNFINISHED: count(1, 100_000_000).default(1_000_000),
  MAX_PAYLOAD_BYTES: count(1_024, 1_048_576).default(262_144),
  EXECUTION_DEADLINE_SECONDS: count(1, 365 * SECONDS_PER_DAY).default(SECONDS_PER_DAY),
};

export const positiveInt = count;
