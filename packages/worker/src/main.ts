import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import type { KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import {
  buildEventWriter,
  buildExecutionWrites,
  buildModels,
  buildTickQueue,
  ConfigError,
  createIndexes,
  createMongo,
  createRedis,
  EXIT_CONFIG,
  loadConfig,
  loadEnvFile,
  type Logger,
  type OpenLog,
  openLog,
  type PluginErrorRecord,
  PoolQueues,
  refuseEviction,
  whenParentIsGone,
  workerModels,
} from '@mcp-server/shared';
import closeWithGrace from 'close-with-grace';

import { openAdminPort } from './admin-port.ts';
import { reportBroken } from './catalogue/broken-plugins.ts';
import { buildFleetView } from './catalogue/fleet-view.ts';
import { loadPlugins, type PluginSet } from './catalogue/load-plugins.ts';
import { type PluginSettings, readPluginSettings } from './catalogue/read-settings.ts';
import { type WorkerConfig, WorkerEnv } from './config.ts';
import type { Deps } from './deps.ts';
import { buildMetrics } from './metrics.ts';
import { ownSecrets } from './own-secrets.ts';
import { buildSubmission } from './schedules/submission.ts';
import { FleetWorker } from './worker.ts';

/** Connections beyond one per run, for beats, sweeps and settles. */
const SPARE_CONNECTIONS = 10;
const MAX_POOL = 60;
const SERVER_SELECTION_MS = 1_000;
const SOCKET_TIMEOUT_MS = 5_000;

async function main(): Promise<void> {
  loadEnvFile();
  const config = loadConfig(WorkerEnv, process.env);
  const workerName = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const secrets = ownSecrets(config);
  const log = await openLog({
    name: 'worker',
    level: config.LOG_LEVEL,
    dir: config.LOG_DIR,
    keepFiles: config.LOG_KEEP_FILES,
    mask: (line) => secrets.maskJsonLine(line),
  });
  const loaded = await loadPlugins({
    dir: config.PLUGINS_DIR,
    packages: config.PLUGINS,
    timeoutMs: config.PLUGIN_LOAD_MS,
  });
  const pluginErrors = reportBroken(loaded, config, { log: log.logger, env: process.env });
  const { plugins } = loaded;
  const pluginSettings = readPluginSettings(plugins, process.env, secrets);
  await run(config, workerName, log, { plugins, pluginErrors, pluginSettings, secrets });
}

/** Opens MongoDB and Redis connections. @throws {ConfigError} if this Redis may evict jobs. */
async function openConnections(config: WorkerConfig, log: Logger, onRedisError: (err: Error) => void) {
  const producer = createRedis(config.REDIS_URL, 'producer', onRedisError);
  await refuseEviction(producer, (policy) => log.error({ policy }, 'Redis may evict jobs')).catch(
    (error: unknown) => {
      producer.disconnect();
      throw error;
    },
  );
  const mongo = createMongo({
    uri: config.MONGODB_URI,
    maxPoolSize: Math.min(MAX_POOL, config.WORKER_CONCURRENCY + SPARE_CONNECTIONS),
    serverSelectionTimeoutMs: SERVER_SELECTION_MS,
    socketTimeoutMs: SOCKET_TIMEOUT_MS,
  });
  const consumer = createRedis(config.REDIS_URL, 'consumer', onRedisError);
  const subscriber = createRedis(config.REDIS_URL, 'subscriber', onRedisError);
  return { mongo, producer, consumer, subscriber };
}

/** The plugins that this process runs, and the report of those that it cannot. */
interface ReadyPlugins {
  plugins: PluginSet;
  pluginErrors: readonly PluginErrorRecord[];
  pluginSettings: PluginSettings;
  secrets: KnownSecrets;
}

async function run(config: WorkerConfig, workerName: string, opened: OpenLog, ready: ReadyPlugins) {
  const log = opened.logger.child({ worker: workerName });
  const onRedisError = (err: Error) => log.debug({ err }, 'redis connection error');
  const { mongo, producer, consumer, subscriber } = await openConnections(config, log, onRedisError);
  const queues = new PoolQueues(producer, config.REDIS_PREFIX, onRedisError);
  const tickQueue = buildTickQueue(producer, config.REDIS_PREFIX);
  tickQueue.on('error', onRedisError);
  const metrics = buildMetrics();
  const events = buildEventWriter(producer, config.REDIS_PREFIX);
  const models = buildModels(mongo.connection);
  const queueOf = (pool: string) => queues.of(pool);
  const writes = buildExecutionWrites(models.ExecutionModel);
  const stores = { mongo, models, writes, producer, consumer, queueOf, tickQueue };
  const submission = buildSubmission({ config, models, writes, queueOf, events, log });
  const fleet = buildFleetView(models, workerName);
  const identity = { config, workerName, log };
  const deps: Deps = { ...identity, ...stores, events, metrics, ...ready, submission, fleet };
  let isUnhealthy = false;
  const worker = new FleetWorker(deps, subscriber, ready.plugins, (reason) => {
    if (isUnhealthy) return;
    isUnhealthy = true;
    log.fatal({ reason }, 'worker unhealthy, shutting down');
    grace.close();
  });
  const admin = await openAdminPort(config.WORKER_HOST, config.WORKER_PORT, {
    registry: metrics.registry,
    metricsToken: config.WORKER_METRICS_TOKEN,
    readiness: () => worker.readiness(),
  });

  const grace = closeWithGrace(
    { delay: config.WORKER_GRACE_MS + 2_000, logger: false },
    async ({ err, signal }) => {
      if (err) {
        // Some run threw outside its promise, and it is unknown which one, so all of them must count as crashed.
        // Handing them back would let the faulty one take down worker after worker.
        log.fatal({ err }, 'unexpected error');
        process.exit(1);
      }
      log.info({ signal }, 'stopping');
      await worker.close();
      await Promise.allSettled([queues.close(), tickQueue.close()]);
      await writes.close();
      for (const redis of [subscriber, consumer, producer]) redis.disconnect();
      await mongo.close();
      await admin.close();
      log.info('stopped');
      await opened.close();
      // An orchestrator that only watches exit codes must see the failure.
      if (isUnhealthy) process.exit(1);
    },
  );
  if (config.EXIT_WITH_PARENT === '1') whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'));
  worker.start();
  void createIndexes(workerModels(models)).catch((err: unknown) =>
    log.warn({ err }, 'creating indexes failed; leaving it to the API'),
  );
  log.info(
    { port: admin.port, pools: config.WORKER_POOLS, plugins: [...ready.plugins.keys()] },
    'worker started',
  );
}

main().catch((error: unknown) => {
  if (error instanceof ConfigError) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = EXIT_CONFIG;
    return;
  }
  process.stderr.write(`worker cannot start: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
