import {
  logConfig,
  mailConfig,
  marketplaceConfig,
  pluginsConfig,
  processConfig,
  protocolConfig,
  publicUrlConfig,
  requireWithMail,
  secretsConfig,
  settingsGroup,
  storesConfig,
  submissionConfig,
  wholeNumber,
} from '@mcp-server/shared';
import { z } from 'zod';

/** A comma-separated list. */
const list = (defaultText: string) =>
  z
    .string()
    .default(defaultText)
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    );

const workConfig = settingsGroup('Worker', {
  WORKER_CONCURRENCY: wholeNumber(1, 1_000)
    .default(100)
    .describe('Attempts that one worker runs at the same time'),
  WORKER_POOLS: list('default').describe('Pools that the worker serves, comma separated'),
  WORKER_PORT: wholeNumber(0, 65_535)
    .default(9_464)
    .describe('Port of the health and metrics pages of a worker; `0` takes a free one'),
  WORKER_HOST: z.string().default('127.0.0.1').describe('Address on which the worker listens'),
  WORKER_METRICS_TOKEN: z
    .string()
    .min(32, 'must have at least 32 characters')
    .optional()
    .describe('Token for `/metrics` of workers; unset, only this machine may read it'),
  PLUGINS_DIR: z.string().optional().describe('Folder with your own plugins, one sub-folder each'),
  PLUGINS: list('').describe('npm packages that are plugins, comma separated'),
  MARKETPLACE_DIR: z
    .string()
    .optional()
    .describe('Writable folder for packages of the marketplace; unset, the worker takes none'),
  PLUGIN_ERRORS: z
    .enum(['report', 'fail'])
    .default('report')
    .describe(
      '`report`: the worker runs without a broken plugin and reports it; `fail`: it ends with exit 78',
    ),
  PLUGIN_LOAD_MS: wholeNumber(100, 600_000)
    .default(5_000)
    .describe('Time that the import of one plugin may take (ms)'),
  PLUGINS_RELOAD_MS: wholeNumber(0, 3_600_000)
    .default(500)
    .describe('Interval at which the worker looks for changes in `PLUGINS_DIR`; `0`: it never reloads (ms)'),
  PLUGIN_RELOADS_MAX: wholeNumber(0, 1_000_000)
    .default(100)
    .describe(
      'Reloads after which a worker stops with exit 0, to be started again: each leaves some memory behind; `0`: never',
    ),
  WORKER_GRACE_MS: wholeNumber(100, 600_000)
    .default(20_000)
    .describe('Time a stop may take; unfinished work is handed back after two thirds of it (ms)'),
  ABANDON_AFTER_MS: wholeNumber(10, 600_000)
    .default(5_000)
    .describe('Time an aborted action may take to stop before it is abandoned (ms)'),
  MAX_ABANDONED: wholeNumber(1, 1_000)
    .default(10)
    .describe('Abandoned actions at which a worker drains and exits'),
  MAX_RESULT_BYTES: wholeNumber(1_024, 8_388_608)
    .default(262_144)
    .describe('Largest result, as JSON (bytes)'),
  CANARY_MS: wholeNumber(1_000, 3_600_000)
    .default(30_000)
    .describe('A worker exits when jobs wait, a slot is free and it takes none for this time (ms)'),
});

const WorkerSettings = z.object({
  ...storesConfig,
  ...logConfig,
  ...processConfig,
  ...protocolConfig,
  ...submissionConfig,
  ...pluginsConfig,
  ...secretsConfig,
  ...mailConfig,
  ...publicUrlConfig,
  ...marketplaceConfig,
  ...workConfig,
});

/** A lease must outlive a missed beat or two, or a busy process loses executions that it runs. */
const BEATS_PER_LEASE = 3;

/** Settings of a worker. */
export const WorkerEnv = WorkerSettings.refine(
  ({ BEAT_MS, LEASE_MS }) => BEAT_MS * BEATS_PER_LEASE <= LEASE_MS,
  { path: ['BEAT_MS'], message: `must be at most LEASE_MS / ${BEATS_PER_LEASE}` },
).superRefine(requireWithMail('SECRETS_KEY', 'MAIL_FROM', 'PUBLIC_URL'));
export type WorkerConfig = Readonly<z.infer<typeof WorkerEnv>>;
