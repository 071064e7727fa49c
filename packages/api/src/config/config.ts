import {
  loadConfig,
  logConfig,
  positiveInt,
  processConfig,
  protocolConfig,
  storesConfig,
  submissionConfig,
} from '@mcp-server/shared';
import { z } from 'zod';

import { liveConfig } from './live.ts';
import { mcpConfig } from './mcp.ts';
import { networkConfig } from './network.ts';
import { isLoopback, type Secrets, secretText } from './secrets.ts';

const DAY_SECONDS = 86_400;

/**
 * The schema depends on two raw values: beyond this machine secrets must be given and strong, and in production the
 * given ones must be strong. So every problem is found in one pass.
 */
export function buildApiEnv(env: NodeJS.ProcessEnv) {
  const host = env.HOST || '127.0.0.1';
  const isExposed = !isLoopback(host);
  const mustBeStrong = isExposed || env.NODE_ENV === 'production';
  const required = secretText({ mustBeStrong });
  return z.object({
    ...storesConfig,
    ...logConfig,
    ...processConfig,
    ...networkConfig,
    ...mcpConfig,
    ...liveConfig({ mustBeStrong }),
    PORT: positiveInt(0, 65_535).default(3_000),
    HOST: z.string().default('127.0.0.1'),
    NODE_ENV: z.string().default('development'),
    DATA_DIR: z.string().default('.data'),
    JWT_SECRET: isExposed ? required : required.optional(),
    REFRESH_TOKEN_SECRET: isExposed ? required : required.optional(),
    ADMIN_API_KEY: secretText({ mustBeStrong }).optional(),
    ACCESS_TOKEN_TTL_SECONDS: positiveInt(1, DAY_SECONDS).default(900),
    REFRESH_TOKEN_TTL_DAYS: positiveInt(1, 365).default(30),
    ...submissionConfig,
    EXECUTION_RETENTION_SECONDS: protocolConfig.EXECUTION_RETENTION_SECONDS,
    MAX_CRASHES: protocolConfig.MAX_CRASHES,
    /** Audit events are removed after this. */
    AUDIT_RETENTION_SECONDS: positiveInt(60, 3_650 * DAY_SECONDS).default(365 * DAY_SECONDS),
    /** How long the process still takes requests after it called itself not ready; lets a load balancer notice. */
    DRAIN_DELAY_MS: positiveInt(0, 60_000).default(2_000),
  });
}

export type ApiEnv = z.infer<ReturnType<typeof buildApiEnv>>;

/** Settings of an API process with its secrets, given or read from the data folder. */
export type Config = Readonly<ApiEnv & Secrets>;

/** @throws {ConfigError} that lists every problem at once, never a value. */
export function loadApiEnv(env: NodeJS.ProcessEnv): Readonly<ApiEnv> {
  return loadConfig(buildApiEnv(env), env);
}
