import { setTimeout as delay } from 'node:timers/promises';

import {
  ConfigError,
  EXIT_CONFIG,
  loadEnvFile,
  type Logger,
  openLog,
  whenParentIsGone,
  withTimeout,
} from '@mcp-server/shared';
import closeWithGrace from 'close-with-grace';
import type { FastifyInstance } from 'fastify';

import { buildApp } from './app.ts';
import { type ApiEnv, type Config, loadApiEnv } from './config/config.ts';
import { loadSecrets } from './config/secrets.ts';
import { type Connected, connect } from './connect.ts';

/** Waiting callers get their response at once, so requests in flight end within the time of a slow database. */
const CLOSE_TIMEOUT_MS = 8_000;

/** The API listens even if the database is not ready within this time, so that probes get a response. */
const PREPARE_TIMEOUT_MS = 5_000;

async function readConfig(): Promise<Config> {
  loadEnvFile();
  const env: Readonly<ApiEnv> = loadApiEnv(process.env);
  return Object.freeze({ ...env, ...(await loadSecrets(env)) });
}

/** Listens, or prints in one line why it cannot. */
async function listen(app: FastifyInstance, config: Config, logger: Logger): Promise<void> {
  try {
    const address = await app.listen({ port: config.PORT, host: config.HOST });
    const port = Number(new URL(address).port);
    logger.info({ address, port }, 'api listening');
    process.send?.({ kind: 'listening', port });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error;
    const message = {
      EADDRINUSE: `PORT: ${config.PORT} is already in use`,
      EACCES: `PORT: this user may not open ${config.PORT}`,
      EADDRNOTAVAIL: 'HOST: is not an address of this machine',
    }[code];
    process.stderr.write(`${message}\n`);
    process.exitCode = 1;
  }
}

function closeOnSignals(
  app: FastifyInstance,
  connected: Connected,
  closeLog: () => Promise<void>,
  { config, logger }: Connected['deps'],
): void {
  const { close } = closeWithGrace(
    {
      delay: config.DRAIN_DELAY_MS + CLOSE_TIMEOUT_MS,
      logger: { error: (err) => logger.error({ err }, 'close') },
    },
    async ({ signal, err }) => {
      if (err) logger.fatal({ err }, 'unexpected error');
      else logger.info({ signal }, 'closing');
      connected.deps.readiness.startClosing();
      if (!err) await delay(config.DRAIN_DELAY_MS);
      await app.close();
      await connected.close();
      logger.info('closed');
      await closeLog();
    },
  );
  if (config.EXIT_WITH_PARENT === '1') whenParentIsGone(close);
}

async function main(): Promise<void> {
  const config = await readConfig();
  const { LOG_LEVEL: level, LOG_DIR: dir, LOG_KEEP_FILES: keepFiles } = config;
  const log = await openLog({ name: 'api', level, dir, keepFiles });
  const { logger } = log;
  if (config.weak.length > 0) {
    logger.warn({ variables: config.weak }, 'weak secrets: acceptable on this machine only');
  }
  const connected = connect(config, logger);
  await connected.queueIsSafe().catch(async (error: unknown) => {
    await connected.close();
    throw error;
  });
  const app = await buildApp(connected.deps);
  await withTimeout(connected.prepared, PREPARE_TIMEOUT_MS);
  if (!connected.deps.isPrepared())
    logger.warn('MongoDB is unavailable; requests get a 503 until it answers');
  await listen(app, config, logger);
  if (process.exitCode === undefined) closeOnSignals(app, connected, () => log.close(), connected.deps);
  else await Promise.all([app.close(), connected.close()]);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof ConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT_CONFIG;
}
