import type {
  Admission,
  Catalogue,
  EventWriter,
  ExecutionWrites,
  Logger,
  Models,
  Turns,
} from '@mcp-server/shared';

import type { Secrets } from './config-secrets.ts';
import type { ApiEnv } from './config.ts';
import type { ApiMetrics } from './metrics.ts';
import type { Board } from './redis/bull-board.ts';
import type { EventFeed } from './redis/event-feed.ts';
import type { ExecutionQueues } from './redis/execution-queues.ts';
import type { Limiter } from './redis/limiters.ts';
import type { ScheduleClocks } from './redis/schedule-clocks.ts';
import type { Tell } from './redis/tell.ts';
import type { ApiKeyCheck } from './services/api-key-check.ts';
import type { Attempts } from './services/attempts.ts';
import type { LoadReader } from './services/metrics/load.ts';
import type { Passwords } from './services/passwords.ts';
import type { PoolFacts } from './services/pool-facts.ts';
import type { Readiness } from './services/readiness.ts';
import type { Sockets } from './services/realtime/sockets.ts';
import type { Tickets } from './services/realtime/tickets.ts';
import type { RefreshTokens } from './services/refresh-tokens.ts';
import type { UserStates } from './services/user-states.ts';
import type { UsualTimes } from './services/usual-times.ts';
import type { Waiters } from './services/wait-for-end.ts';

export type Config = Readonly<ApiEnv & Secrets>;

/** Everything that requests use: built once by `connect`, handed down as `app.deps`. */
export interface Deps {
  config: Config;
  logger: Logger;
  models: Models;
  /** Writes of executions, which go together when there are many. */
  writes: ExecutionWrites;
  queues: ExecutionQueues;
  clocks: ScheduleClocks;
  tell: Tell;
  events: EventWriter;
  eventFeed: EventFeed;
  tickets: Tickets;
  /** Open WebSockets and event streams. */
  sockets: Sockets;
  catalogue: Catalogue;
  admission: Admission;
  turns: Turns;
  waiters: Waiters;
  usualTimes: UsualTimes;
  passwords: Passwords;
  refreshTokens: RefreshTokens;
  userStates: UserStates;
  apiKeyCheck: ApiKeyCheck;
  /** What every request takes from. */
  requestLimit: Limiter;
  /** What guesses at passwords and tokens take from. */
  attempts: Attempts;
  readiness: Readiness;
  board: Board;
  metrics: ApiMetrics;
  load: LoadReader;
  poolFacts: PoolFacts;
  /** False until the unique indexes exist: without them no race is decided, so nothing may be written. */
  isPrepared: () => boolean;
}
