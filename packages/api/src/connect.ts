import {
  accountsChannel,
  buildAdmission,
  buildCatalogue,
  buildEventWriter,
  buildExecutionWrites,
  buildModels,
  type ConfigError,
  countUnfinished,
  DatabaseClock,
  endedChannel,
  findApiKey,
  findLiveSession,
  findOutcomes,
  findUserById,
  KeyedMutex,
  listPluginSightings,
  listRecentTimes,
  type Logger,
  type Models,
  probeMongo,
  probeRedis,
  PoolQueues,
  readWorkload,
  reportUnreadable,
  touchApiKey,
} from '@mcp-server/shared';

import type { Config } from './config/config.ts';
import type { Deps } from './deps.ts';
import { buildMetrics } from './metrics.ts';
import { prepareDatabase } from './prepare-database.ts';
import { createBoard } from './redis/bull-board.ts';
import { type Channel, subscribe } from './redis/channel.ts';
import { EventFeed } from './redis/event-feed.ts';
import { buildExecutionQueues } from './redis/execution-queues.ts';
import { buildLimiters } from './redis/limiters.ts';
import { buildNotifier } from './redis/notifier.ts';
import { createScheduleTickers } from './redis/schedule-tickers.ts';
import { createTicketStore } from './redis/ticket-store.ts';
import { buildAccountChanges } from './services/accounts/account-changes.ts';
import { buildApiKeyCheck } from './services/accounts/api-key-check.ts';
import { buildAuthThrottle } from './services/accounts/auth-throttle.ts';
import { buildMailThrottle } from './services/accounts/mail-throttle.ts';
import { buildPasswords } from './services/accounts/passwords.ts';
import { buildRefreshTokens } from './services/accounts/refresh-tokens.ts';
import { buildUserStates } from './services/accounts/user-states.ts';
import { buildDurationStatsReader } from './services/executions/duration-stats.ts';
import { buildWaiters } from './services/executions/wait-for-end.ts';
import { buildPoolFacts } from './services/fleet/pool-facts.ts';
import { buildReadiness } from './services/fleet/readiness.ts';
import { buildRegistry } from './services/marketplace/registry.ts';
import { buildLoadReader } from './services/metrics/load.ts';
import { Sockets } from './services/realtime/sockets.ts';
import { buildTickets } from './services/realtime/tickets.ts';
import { awaitStores, onRefused, openStores, type Stores } from './stores.ts';

interface ConnectOptions {
  /** Work per password hash; see buildPasswords. */
  passwordCost?: number;
}

export interface Connected {
  deps: Deps;
  /** Resolves once the indexes exist. */
  prepared: Promise<void>;
  /**
   * Resolves when the database is prepared and Redis has answered, or after `timeoutMs`.
   * @throws {ConfigError} if a store refuses the settings.
   */
  awaitStores(timeoutMs: number): Promise<void>;
  /** Calls `listener` if a store refuses the settings before the first contact. */
  onRefused(listener: (refusal: ConfigError) => void): void;
  close(): Promise<void>;
}

/** Opens every connection without waiting for any of them, and builds the services on top. */
export function connect(config: Config, logger: Logger, options: ConnectOptions = {}): Connected {
  const stores = openStores(config, logger);
  const { mongo, producer } = stores;
  const models = buildModels(mongo.connection);
  const writes = buildExecutionWrites(models.ExecutionModel);
  const ping = () => probeMongo(mongo.connection);
  const onRefusal = (reason: string) => stores.mongoContact.refuse(reason);
  const preparation = prepareDatabase({ models, ping, onRefused: onRefusal }, logger);
  const poolQueues = openPoolQueues(producer, config.REDIS_PREFIX, logger);
  const queues = buildExecutionQueues(producer, poolQueues);
  const tickers = createScheduleTickers(producer, config.REDIS_PREFIX, logger);
  const channels = openChannels(stores, config.REDIS_PREFIX);
  const services = buildServices(config, logger, models, channels.ended, options);
  const live = buildLive({ config, logger, models, stores, poolQueues, ...services });
  const notifier = buildNotifier(producer, config.REDIS_PREFIX);
  const readiness = buildReadiness({
    pingMongo: ping,
    pingRedis: () => probeRedis(producer, config.REDIS_PREFIX),
    isPrepared: preparation.isPrepared,
  });
  const deps: Deps = {
    config,
    logger,
    models,
    writes,
    queues,
    tickers,
    notifier,
    registry: buildRegistry(config.MARKETPLACE_REGISTRY),
    accountChanges: buildAccountChanges({ channel: channels.accounts, notifier, ...services, ...live.deps }),
    ...services,
    ...live.deps,
    ...buildLimits(config, producer),
    readiness,
    ...watchUse(models, logger),
    load: buildLoadReader({
      ...services,
      readiness,
      queues,
      readWorkload: () => readWorkload(models.ExecutionModel),
      logger,
    }),
    poolFacts: buildPoolFacts({ ...services, models, queues }),
    isPrepared: preparation.isPrepared,
  };
  return {
    deps,
    prepared: preparation.prepared,
    awaitStores: (timeoutMs) => awaitStores(stores, preparation.prepared, timeoutMs),
    onRefused: (listener) => onRefused(stores, listener),
    async close() {
      deps.waiters.close();
      deps.passwords.close();
      await live.close();
      await preparation.close();
      await Promise.all([poolQueues.close(), tickers.close(), writes.close()]);
      await stores.close();
    },
  };
}

/** Messages of other processes, over one connection. */
function openChannels(stores: Stores, prefix: string): { ended: Channel; accounts: Channel } {
  const redis = stores.openWaiting('subscriber');
  return {
    ended: subscribe(redis, endedChannel(prefix), stores.redisContact),
    accounts: subscribe(redis, accountsChannel(prefix), stores.redisContact),
  };
}

const openPoolQueues = (redis: Stores['producer'], prefix: string, logger: Logger): PoolQueues =>
  new PoolQueues(redis, prefix, (err, pool) => logger.debug({ err, pool }, 'queue connection error'));

/** Builds what people watch live: events and the dashboard. */
function buildLive({
  config,
  logger,
  models,
  stores,
  poolQueues,
  catalogue,
  userStates,
}: Pick<Deps, 'config' | 'logger' | 'models' | 'catalogue' | 'userStates'> & {
  stores: Stores;
  poolQueues: PoolQueues;
}) {
  const prefix = config.REDIS_PREFIX;
  const { producer } = stores;
  const reader = stores.openWaiting('blocked');
  const feed = new EventFeed({ reader, writer: producer }, prefix, logger);
  const sockets = new Sockets({ feed, models, logger, config });
  const isWritable = config.DASHBOARD_WRITE === '1';
  const events = buildEventWriter(producer, prefix);
  const board = createBoard({
    queues: poolQueues,
    catalogue,
    isWritable,
    logger,
  });
  return {
    deps: {
      eventFeed: feed,
      sockets,
      board,
      tickets: buildTickets({ userStates, store: createTicketStore(producer, prefix) }),
      events,
    },
    async close() {
      sockets.close();
      events.close();
      await feed.close();
    },
  };
}

/** Builds the metrics; they count stored records that cannot be read, and uses of the cache. */
function watchUse(models: Models, logger: Logger): Pick<Deps, 'metrics' | 'countCacheUse'> {
  const metrics = buildMetrics();
  reportUnreadable(models, { counter: metrics.unreadableRecords, logger });
  return { metrics, countCacheUse: (use) => metrics.cacheUses.inc({ use }) };
}

function buildServices(
  config: Config,
  logger: Logger,
  models: Models,
  ended: Channel,
  { passwordCost }: ConnectOptions,
) {
  const { UserModel, SessionModel, ApiKeyModel, ExecutionModel, PluginModel } = models;
  return {
    catalogue: buildCatalogue({
      readSightings: () => listPluginSightings(PluginModel),
      graceMs: config.PLUGIN_GRACE_SECONDS * 1_000,
      logger,
    }),
    submissionMutex: new KeyedMutex(),
    databaseClock: new DatabaseClock(ExecutionModel),
    durationStats: buildDurationStatsReader({ readTimes: (query) => listRecentTimes(ExecutionModel, query) }),
    admission: buildAdmission({ count: (query) => countUnfinished(ExecutionModel, query), limits: config }),
    waiters: buildWaiters({ readOutcomes: (ids) => findOutcomes(ExecutionModel, ids), ended, logger }),
    passwords: buildPasswords({ lowestScore: config.PASSWORD_MIN_SCORE, cost: passwordCost }),
    refreshTokens: buildRefreshTokens(config.REFRESH_TOKEN_SECRET),
    userStates: buildUserStates({
      findUser: (id) => findUserById(UserModel, id),
      findLiveSession: (family) => findLiveSession(SessionModel, family),
    }),
    apiKeyCheck: buildApiKeyCheck({
      findKey: (prefix) => findApiKey(ApiKeyModel, prefix),
      findUser: (id) => findUserById(UserModel, id),
      touch: (id) => touchApiKey(ApiKeyModel, id),
    }),
  };
}

function buildLimits(config: Config, producer: Stores['producer']) {
  const buildLimiter = buildLimiters(producer, config.REDIS_PREFIX);
  const { RATE_LIMIT_MAX_REQUESTS: max, RATE_LIMIT_WINDOW_MS: windowMs } = config;
  return {
    requestLimit: buildLimiter({ name: 'requests', max, windowMs }),
    authThrottle: buildAuthThrottle(buildLimiter, config),
    mailThrottle: buildMailThrottle(buildLimiter),
  };
}
