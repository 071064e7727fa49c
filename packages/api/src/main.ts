import { setTimeout as delay } from 'node:timers/promises';

import {
  assertCanListen,
  hideFromEnvironment,
  type ListenPlace,
  loadEnvFile,
  type Logger,
  type OpenLog,
  openLog,
  reportStartFailure,
  toListenRefusal,
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
/** Time for closing what a failed start has opened. */
const GIVE_UP_MS = 2_000;

/** Settings that other processes of this user must not find in /proc. */
const SECRET_SETTINGS = new Set([
  'JWT_SECRET',
  'REFRESH_TOKEN_SECRET',
  'ADMIN_API_KEY',
  'METRICS_TOKEN',
  'SECRETS_KEY',
  'SMTP_URL',
  'MONGODB_URI',
  'REDIS_URL',
]);

async function readConfig(): Promise<Config> {
  loadEnvFile();
  const env: Readonly<ApiEnv> = loadApiEnv(process.env);
  hideFromEnvironment((name) => SECRET_SETTINGS.has(name));
  return Object.freeze({ ...env, ...(await loadSecrets(env)) });
}

const listenPlace = ({ PORT, HOST }: Config): ListenPlace => ({
  port: PORT,
  host: HOST,
  settings: { port: 'PORT', host: 'HOST' },
});

async function listen(app: FastifyInstance, config: Config, logger: Logger): Promise<void> {
  const address = await app.listen({ port: config.PORT, host: config.HOST }).catch((error: unknown) => {
    throw toListenRefusal(error, listenPlace(config));
  });
  const port = Number(new URL(address).port);
  logger.info({ address, port }, 'api listening');
  process.send?.({ kind: 'listening', port });
}

function closeOnSignals(
  app: FastifyInstance,
  connected: Connected,
  closeLog: () => Promise<void>,
  { config, logger }: Connected['deps'],
): void {
  let exitCode: number | undefined;
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
      if (exitCode !== undefined) process.exit(exitCode);
    },
  );
  if (config.EXIT_WITH_PARENT === '1') whenParentIsGone(close);
  connected.onRefused((refusal) => {
    exitCode = reportStartFailure('api', refusal);
    close();
  });
}

/** Connects and listens; on a failure closes what it has opened. @throws {ConfigError | StartRefusal} */
async function start(config: Config, log: OpenLog): Promise<void> {
  const { logger } = log;
  const connected = connect(config, logger);
  let app: FastifyInstance | undefined;
  try {
    await connected.awaitStores(PREPARE_TIMEOUT_MS);
    app = await buildApp(connected.deps);
    if (!connected.deps.isPrepared())
      logger.warn('MongoDB is unavailable; requests get a 503 until it answers');
    closeOnSignals(app, connected, () => log.close(), connected.deps);
    await listen(app, config, logger);
  } catch (error) {
    await withTimeout(Promise.all([app?.close(), connected.close()]), GIVE_UP_MS);
    throw error;
  }
}

async function main(): Promise<void> {
  const config = await readConfig();
  await assertCanListen(listenPlace(config));
  const { LOG_LEVEL: level, LOG_DIR: dir, LOG_KEEP_FILES: keepFiles } = config;
  const log = await openLog({ name: 'api', level, dir, keepFiles });
  if (config.weak.length > 0) {
    log.logger.warn({ variables: config.weak }, 'weak secrets: acceptable on this machine only');
  }
  if (config.SMTP_URL === undefined)
    log.logger.info(
      'mail is off, because SMTP_URL is not set; an admin creates one-time links for new passwords',
    );
  await start(config, log).catch(async (error: unknown) => {
    await log.close();
    throw error;
  });
}

try {
  await main();
} catch (error) {
  // A store that refuses this process may keep its connections open, so the end does not wait for them.
  process.exit(reportStartFailure('api', error));
}
