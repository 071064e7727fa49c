import {
  loadConfig,
  logConfig,
  mailConfig,
  marketplaceConfig,
  pluginsConfig,
  processConfig,
  protocolConfig,
  requireWithMail,
  secretsConfig,
  settingsGroup,
  storesConfig,
  submissionConfig,
  wholeNumber,
} from '@mcp-server/shared';
import { z } from 'zod';

import { liveConfig } from './live.ts';
import { mcpConfig } from './mcp.ts';
import { networkConfig } from './network.ts';
import { isLoopback, readSecretList, type Secrets, secretText } from './secrets.ts';

const DAY_SECONDS = 86_400;

const serverConfig = settingsGroup('API', {
  PORT: wholeNumber(0, 65_535).default(3_000).describe('Port of the API'),
  HOST: z.string().default('127.0.0.1').describe('Address on which the API listens'),
  // Another word, such as `prod`, would leave out what production asks for.
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('`production`: weak secrets are refused'),
  DATA_DIR: z
    .string()
    .default('.data')
    .describe('Folder of the secrets that the first start generates, and of the data of `npm start`'),
  DRAIN_DELAY_MS: wholeNumber(0, 60_000)
    .default(2_000)
    .describe('Time the API still takes requests after SIGTERM, so that a load balancer notices (ms)'),
});

function accountsConfig({ isExposed, mustBeStrong }: { isExposed: boolean; mustBeStrong: boolean }) {
  const required = secretText({ mustBeStrong });
  const signing = secretText({ mustBeStrong, isList: true });
  const secret = isExposed ? required : required.optional();
  return settingsGroup('Accounts', {
    JWT_SECRET: (isExposed ? signing : signing.optional()).describe(
      'Signs access tokens; unset, the first start generates one in `DATA_DIR`. A comma separated list, while it is replaced: the first signs, all verify',
    ),
    REFRESH_TOKEN_SECRET: secret.describe(
      'Key of the hashes of refresh tokens; unset, the first start generates one',
    ),
    ADMIN_API_KEY: required
      .optional()
      .describe('Key for `X-Admin-Key`: when set, every role above "user" needs it, also the first admin'),
    PASSWORD_MIN_SCORE: wholeNumber(0, 4)
      .default(1)
      .describe(
        'Lowest accepted score of new passwords by zxcvbn: 1 refuses those that 1,000 guesses find, each step more takes a hundred to a thousand times as many; 0 accepts all',
      ),
    ACCESS_TOKEN_TTL_SECONDS: wholeNumber(1, DAY_SECONDS)
      .default(900)
      .describe('Life of an access token (s)'),
    REFRESH_TOKEN_TTL_DAYS: wholeNumber(1, 365).default(30).describe('Life of a session (days)'),
    AUDIT_RETENTION_SECONDS: wholeNumber(60, 3_650 * DAY_SECONDS)
      .default(365 * DAY_SECONDS)
      .describe('Age at which audit events are deleted (s)'),
  });
}

/**
 * The schema depends on two raw values: beyond this machine secrets must be set and strong, and in production those that
 * are set must be strong. So one pass finds every problem.
 */
export function buildApiEnv(env: NodeJS.ProcessEnv) {
  return buildFields(env).superRefine((values, ctx) => {
    for (const [name, other] of findEqualSecrets(values))
      ctx.addIssue({ code: 'custom', path: [name], message: `must differ from ${other}` });
  });
}

const SECRETS = ['JWT_SECRET', 'REFRESH_TOKEN_SECRET', 'ADMIN_API_KEY', 'METRICS_TOKEN'] as const;

/** Pairs of settings with one secret: a scraper that has METRICS_TOKEN could sign tokens. */
function findEqualSecrets(values: Partial<Record<(typeof SECRETS)[number], string>>): [string, string][] {
  const secretsOf = (name: (typeof SECRETS)[number]): string[] => {
    const text = values[name];
    return text === undefined ? [] : readSecretList(text);
  };
  return SECRETS.flatMap((name, index) =>
    SECRETS.slice(0, index)
      .filter((earlier) => secretsOf(earlier).some((secret) => secretsOf(name).includes(secret)))
      .map((earlier): [string, string] => [name, earlier]),
  );
}

function buildFields(env: NodeJS.ProcessEnv) {
  const isExposed = !isLoopback(env.HOST || '127.0.0.1');
  const mustBeStrong = isExposed || env.NODE_ENV === 'production';
  const settings = z.object({
    ...storesConfig,
    ...logConfig,
    ...processConfig,
    ...serverConfig,
    ...accountsConfig({ isExposed, mustBeStrong }),
    ...secretsConfig,
    ...mailConfig,
    ...networkConfig,
    ...mcpConfig,
    ...liveConfig({ mustBeStrong }),
    ...submissionConfig,
    ...pluginsConfig,
    ...marketplaceConfig,
    EXECUTION_RETENTION_SECONDS: protocolConfig.EXECUTION_RETENTION_SECONDS,
    MAX_CRASHES: protocolConfig.MAX_CRASHES,
  });
  return settings.superRefine(requireWithMail('SECRETS_KEY'));
}

export type ApiEnv = z.infer<ReturnType<typeof buildApiEnv>>;

/** Settings of an API process with its secrets, given or read from the data folder. */
export type Config = Readonly<ApiEnv & Secrets>;

/** @throws {ConfigError} that lists every problem at once, never a value. */
export function loadApiEnv(env: NodeJS.ProcessEnv): Readonly<ApiEnv> {
  return loadConfig(buildApiEnv(env), env);
}
