import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';

import type { KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import {
  assertCanListen,
  buildEventWriter,
  buildExecutionWrites,
  buildModels,
  buildTickQueue,
  createIndexes,
  isDatabaseAway,
  type ListenPlace,
  loadConfig,
  loadEnvFile,
  type Logger,
  openLog,
  type PluginErrorRecord,
  PoolQueues,
  reportStartFailure,
  toListenRefusal,
  whenParentIsGone,
  withTimeout,
  workerModels,
  reportUnreadable,
} from '@mcp-server/shared';
import closeWithGrace from 'close-with-grace';

import { openAdminPort } from './admin-port.ts';
import { describeForLog } from './attempt/log-attempt.ts';
import { ReadSecrets } from './attempt/read-secrets.ts';
import { reportBroken } from './catalogue/broken-plugins.ts';
import { buildFleetView } from './catalogue/fleet-view.ts';
import { internalPlugins, withInternalPools } from './catalogue/internal-plugins.ts';
import { type LoadedPlugins, loadPlugins, type PluginSet } from './catalogue/load-plugins.ts';
import { readPluginSettings } from './catalogue/read-settings.ts';
import { type WorkerConfig, WorkerEnv } from './config.ts';
import type { Deps } from './deps.ts';
import { hideOwnSecrets } from './hide-own-secrets.ts';
import { buildMetrics } from './metrics.ts';
import { ownSecrets } from './own-secrets.ts';
import { buildSubmission } from './schedules/submission.ts';
import { openStores, type Stores } from './stores.ts';
import { FleetWorker } from './worker.ts';

/** Time for closing what a failed start has opened, and queues that never reached Redis. */
const GIVE_UP_MS = 2_000;

async function main(): Promise<void> {
  loadEnvFile();
  const config = withInternalPools(loadConfig(WorkerEnv, process.env));
  const secrets = ownSecrets(config, process.env['SECRETS_KEY']);
  const isHidden = hideOwnSecrets();
  await assertCanListen(listenPlace(config));
  const log = await openLog({
    name: 'worker',
    level: config.LOG_LEVEL,
    dir: config.LOG_DIR,
    keepFiles: config.LOG_KEEP_FILES,
    mask: (line) => secrets.maskJsonLine(line),
  });
  if (!isHidden)
    log.logger.warn('other processes of this user can read the secrets of this one in /proc/<pid>/environ');
  const workerName = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  const opened = new AsyncDisposableStack();
  opened.defer(() => log.close());
  try {
    const ready = await readyPlugins(config, log.logger, secrets);
    const logger = log.logger.child({ worker: workerName });
    const stores = openStores(config, logger);
    opened.defer(() => stores.close());
    await stores.first();
    await run({ config, workerName, log: logger, stores, opened }, ready);
  } catch (error) {
    await withTimeout(opened.disposeAsync(), GIVE_UP_MS);
    throw error;
  }
}

const listenPlace = ({ WORKER_PORT, WORKER_HOST }: WorkerConfig): ListenPlace => ({
  port: WORKER_PORT,
  host: WORKER_HOST,
  settings: { port: 'WORKER_PORT', host: 'WORKER_HOST' },
});

interface Start {
  config: WorkerConfig;
  workerName: string;
  log: Logger;
  stores: Stores;
  /** Receives everything that is opened; closed in reverse order. */
  opened: AsyncDisposableStack;
}

/** The plugins that this process runs, and the report of those that it cannot. */
interface ReadyPlugins {
  plugins: PluginSet;
  pluginPackages: Map<string, string>;
  pluginErrors: Map<string, PluginErrorRecord>;
  pluginFolders: LoadedPlugins['folders'];
  secrets: KnownSecrets;
}

/** @throws {ConfigError} on wrong plugin settings, and on a broken plugin if `PLUGIN_ERRORS` says so. */
async function readyPlugins(config: WorkerConfig, log: Logger, secrets: KnownSecrets): Promise<ReadyPlugins> {
  const loaded = await loadPlugins({
    dir: config.PLUGINS_DIR,
    packages: config.PLUGINS,
    timeoutMs: config.PLUGIN_LOAD_MS,
  });
  const pluginErrors = reportBroken(loaded, config, { log, env: process.env });
  const { plugins, packageOf, folders } = loaded;
  readPluginSettings(plugins, process.env, secrets);
  return {
    plugins: new Map([...plugins, ...internalPlugins(config)]),
    pluginPackages: new Map(packageOf),
    pluginErrors: new Map(pluginErrors.map((record) => [record.plugin, record])),
    pluginFolders: folders,
    secrets,
  };
}

/** Builds what the parts of the worker share, on top of the connections. */
function buildDeps({ config, workerName, log, stores, opened }: Start, ready: ReadyPlugins): Deps {
  const { mongo, producer, consumer } = stores;
  const onQueueError = (err: Error) => log.debug({ err }, 'queue connection error');
  const queues = new PoolQueues(producer, config.REDIS_PREFIX, onQueueError);
  const tickQueue = buildTickQueue(producer, config.REDIS_PREFIX);
  tickQueue.on('error', onQueueError);
  const models = buildModels(mongo.connection);
  const writes = buildExecutionWrites(models.ExecutionModel);
  opened.defer(() => writes.close());
  opened.defer(async () => {
    await withTimeout(Promise.allSettled([queues.close(), tickQueue.close()]), GIVE_UP_MS);
  });
  const events = buildEventWriter(producer, config.REDIS_PREFIX);
  opened.defer(() => events.close());
  const queueOf = (pool: string) => queues.of(pool);
  const submission = buildSubmission({ config, models, writes, queueOf, events, log });
  const connections = { mongo, models, writes, producer, consumer, queueOf, tickQueue };
  const fleet = buildFleetView(models, workerName);
  const metrics = buildMetrics();
  reportUnreadable(models, { counter: metrics.unreadableRecords, logger: log });
  const identity = { config, workerName, log };
  const readSecrets = new ReadSecrets(ready.secrets);
  return { ...identity, ...connections, events, metrics, ...ready, readSecrets, submission, fleet };
}

async function run(start: Start, ready: ReadyPlugins): Promise<void> {
  const { config, log, stores, opened } = start;
  const deps = buildDeps(start, ready);
  let exitCode: number | undefined;
  const stop = (code: number) => {
    exitCode = code;
    grace.close();
  };
  const worker = new FleetWorker(deps, stores, {
    ...ready,
    onUnhealthy: (reason) => {
      if (exitCode !== undefined) return;
      log.fatal({ reason }, 'worker unhealthy, shutting down');
      stop(1);
    },
    onWornOut: (reloads) => {
      if (exitCode !== undefined) return;
      log.info({ reloads }, 'stopping after PLUGIN_RELOADS_MAX reloads, to be started again');
      stop(0);
    },
  });
  const admin = await openAdminPort(config.WORKER_HOST, config.WORKER_PORT, {
    registry: deps.metrics.registry,
    metricsToken: config.WORKER_METRICS_TOKEN,
    readiness: () => worker.readiness(),
  }).catch((error: unknown) => {
    throw toListenRefusal(error, listenPlace(config));
  });

  const grace = closeWithGrace(
    { delay: config.WORKER_GRACE_MS + 2_000, logger: false },
    async ({ err, signal }) => {
      if (err) {
        // Some run threw outside its promise, and it is unknown which one, so all of them must count as crashed.
        // Handing them back would let the faulty one take down worker after worker.
        log.fatal({ err: describeForLog(err, deps.readSecrets.all()) }, 'unexpected error');
        process.exit(1);
      }
      log.info({ signal }, 'stopping');
      await worker.close();
      await admin.close();
      log.info('stopped');
      await opened.disposeAsync();
      // An orchestrator that only watches exit codes must see the failure.
      if (exitCode !== undefined) process.exit(exitCode);
    },
  );
  if (config.EXIT_WITH_PARENT === '1') whenParentIsGone(() => process.kill(process.pid, 'SIGTERM'));
  worker.start();
  stores.onRefused((refusal) => {
    const code = reportStartFailure('worker', refusal);
    // Without a contact nothing was taken, so there is nothing to hand back.
    void withTimeout(worker.close(), GIVE_UP_MS).then(() => process.exit(code));
  });
  void createIndexes(workerModels(deps.models)).catch((err: unknown) =>
    log[isDatabaseAway(err) ? 'debug' : 'warn']({ err }, 'creating indexes failed; leaving it to the API'),
  );
  log.info(
    { port: admin.port, pools: config.WORKER_POOLS, plugins: [...ready.plugins.keys()] },
    'worker started',
  );
}

main().catch((error: unknown) => {
  // Plugins may have opened what would keep this process alive, and a store may not answer a close.
  process.exit(reportStartFailure('worker', error));
});
