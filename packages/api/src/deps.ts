import type {
  Admission,
  CacheUse,
  Catalogue,
  DatabaseClock,
  EventWriter,
  ExecutionWrites,
  Logger,
  Models,
  KeyedMutex,
} from '@mcp-server/shared';

import type { Config } from './config/config.ts';
import type { ApiMetrics } from './metrics.ts';
import type { Board } from './redis/bull-board.ts';
import type { EventFeed } from './redis/event-feed.ts';
import type { ExecutionQueues } from './redis/execution-queues.ts';
import type { Limiter } from './redis/limiters.ts';
import type { Notifier } from './redis/notifier.ts';
import type { ScheduleTickers } from './redis/schedule-tickers.ts';
import type { AccountChanges } from './services/accounts/account-changes.ts';
import type { ApiKeyCheck } from './services/accounts/api-key-check.ts';
import type { AuthThrottle } from './services/accounts/auth-throttle.ts';
import type { MailThrottle } from './services/accounts/mail-throttle.ts';
import type { Passwords } from './services/accounts/passwords.ts';
import type { RefreshTokens } from './services/accounts/refresh-tokens.ts';
import type { UserStates } from './services/accounts/user-states.ts';
import type { DurationStatsReader } from './services/executions/duration-stats.ts';
import type { Waiters } from './services/executions/wait-for-end.ts';
import type { PoolFacts } from './services/fleet/pool-facts.ts';
import type { Readiness } from './services/fleet/readiness.ts';
import type { Registry } from './services/marketplace/registry.ts';
import type { LoadReader } from './services/metrics/load.ts';
import type { Sockets } from './services/realtime/sockets.ts';
import type { Tickets } from './services/realtime/tickets.ts';

/** Everything that requests use: built once by `connect`, passed on as `app.deps`. */
export interface Deps {
  config: Config;
  logger: Logger;
  models: Models;
  /** Writes of executions, batched under load. */
  writes: ExecutionWrites;
  databaseClock: DatabaseClock;
  queues: ExecutionQueues;
  tickers: ScheduleTickers;
  notifier: Notifier;
  events: EventWriter;
  eventFeed: EventFeed;
  tickets: Tickets;
  /** Open WebSockets and event streams. */
  sockets: Sockets;
  catalogue: Catalogue;
  /** Package registry of the marketplace. */
  registry: Registry;
  admission: Admission;
  submissionMutex: KeyedMutex;
  /** Counts submissions of actions with a cache. */
  countCacheUse: (use: CacheUse) => void;
  waiters: Waiters;
  durationStats: DurationStatsReader;
  passwords: Passwords;
  refreshTokens: RefreshTokens;
  userStates: UserStates;
  apiKeyCheck: ApiKeyCheck;
  accountChanges: AccountChanges;
  /** Rate limiter for all requests. */
  requestLimit: Limiter;
  /** Rate limiter for failed sign-in attempts. */
  authThrottle: AuthThrottle;
  /** Rate limiter for mails. */
  mailThrottle: MailThrottle;
  readiness: Readiness;
  board: Board;
  metrics: ApiMetrics;
  load: LoadReader;
  poolFacts: PoolFacts;
  /** False until the unique indexes exist. They decide every race, so nothing may be written before. */
  isPrepared: () => boolean;
}
