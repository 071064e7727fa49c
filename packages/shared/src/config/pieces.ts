import { z } from 'zod';

import { mongodbUri, redisUrl } from '../connections/store-urls.ts';
import { SecretKeysText } from '../secrets/secret-keys.ts';
import { settingsGroup } from './settings-group.ts';

const SECONDS_PER_DAY = 86_400;

/** Text such as "30" from the environment as a whole number in this range. */
export function wholeNumber(min: number, max: number) {
  const rule = `must be a whole number from ${min} to ${max}`;
  return z.coerce.number(rule).int(rule).min(min, rule).max(max, rule);
}

/** `0` or `1`; `0` without a value. */
export const flag = () => z.enum(['0', '1'], 'must be 0 or 1').default('0');

export const storesConfig = settingsGroup('Stores', {
  MONGODB_URI: mongodbUri()
    .default('mongodb://127.0.0.1:27017/mcp_server')
    .describe('MongoDB; without a database in it, `mcp_server` is used; unset, `npm start` runs one'),
  REDIS_URL: redisUrl().default('redis://127.0.0.1:6379').describe('Redis; unset, `npm start` runs one'),
  REDIS_PREFIX: z
    .string()
    .regex(/^[\w{}-]{1,64}$/, 'must be letters, digits, dashes or a hash tag')
    .default('mcp')
    .describe('Prefix of every Redis key; installations that share a Redis need different ones'),
});

export const logConfig = settingsGroup('Logs', {
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('Least severe level that is logged'),
  LOG_DIR: z.string().optional().describe('Folder for log files, one per day, in addition to stdout'),
  LOG_KEEP_FILES: wholeNumber(1, 10_000).default(14).describe('Number of log files that are kept'),
});

export const processConfig = settingsGroup('Process', {
  EXIT_WITH_PARENT: flag().describe('`1`: exit when stdin closes; set by commands that start this process'),
});

/** Keys of secrets; API and workers must agree. */
export const secretsConfig = settingsGroup('Secrets', {
  SECRETS_KEY: SecretKeysText.optional().describe(
    'Keys of the stored secrets, comma separated, 32 random bytes each: the first encrypts, all decrypt; unset, there are no ' +
      'secrets, but `npm start` generates one',
  ),
});

/** Rules about plugins without a living worker; API and workers must agree. */
export const pluginsConfig = settingsGroup('Plugins', {
  PLUGIN_GRACE_SECONDS: wholeNumber(15, SECONDS_PER_DAY)
    .default(60)
    .describe(
      'Time after its last worker was seen until a plugin is no longer listed, may move to another pool, and payloads that ' +
        'only its version knows are judged by the others (s)',
    ),
});

/** Timing of the execution protocol. The defaults are the measured ones; tests and operators may change them. */
export const protocolConfig = settingsGroup('Executions', {
  LEASE_MS: wholeNumber(500, 600_000)
    .default(5_000)
    .describe('Time after which a worker that stopped renewing loses its executions (ms)'),
  BEAT_MS: wholeNumber(50, 60_000)
    .default(1_000)
    .describe('Interval at which workers renew their leases, at most a third of `LEASE_MS` (ms)'),
  SWEEP_MS: wholeNumber(50, 600_000)
    .default(1_000)
    .describe('Interval at which workers look for executions to repair (ms)'),
  STALLED_CHECK_MS: wholeNumber(100, 600_000)
    .default(1_000)
    .describe('Interval at which BullMQ looks for stalled jobs (ms)'),
  MAX_CRASHES: wholeNumber(1, 100)
    .default(3)
    .describe('Worker crashes after which an execution fails as `crashed`'),
  EXECUTION_RETENTION_SECONDS: wholeNumber(60, 3_650 * SECONDS_PER_DAY)
    .default(30 * SECONDS_PER_DAY)
    .describe('Age at which ended executions are deleted (s)'),
});

/** Limits that decide whether an execution is accepted; API and workers must agree. */
export const submissionConfig = settingsGroup('Limits of accepted work', {
  MAX_UNFINISHED_PER_USER: wholeNumber(1, 10_000_000)
    .default(10_000)
    .describe('Unfinished executions that one user may have'),
  MAX_UNFINISHED_PER_SCHEDULE: wholeNumber(1, 10_000_000)
    .default(100)
    .describe('Unfinished executions that one schedule with `overlap: allow` may have'),
  MAX_UNFINISHED: wholeNumber(1, 100_000_000)
    .default(1_000_000)
    .describe('Unfinished executions of all users together'),
  MAX_PAYLOAD_BYTES: wholeNumber(1_024, 1_048_576)
    .default(262_144)
    .describe('Largest payload, as JSON (bytes)'),
  EXECUTION_DEADLINE_SECONDS: wholeNumber(1, 365 * SECONDS_PER_DAY)
    .default(SECONDS_PER_DAY)
    .describe(
      'Time after which no attempt starts: work that still waits ends as `expired`, a run goes on (s)',
    ),
});
