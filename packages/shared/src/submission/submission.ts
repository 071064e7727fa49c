import type { RetryPolicy } from '@mcp-server/plugin-sdk/schemas';

import type { EventWriter } from '../events/event-writer.ts';
import type { DatabaseClock } from '../executions/database-clock.ts';
import type { EnqueueOptions } from '../executions/enqueue.ts';
import type { ExecutionWrites } from '../executions/writes.ts';
import type { Logger } from '../logger.ts';
import type { Models } from '../models/models.ts';
import type { ExecutionRecord, ExecutionSource } from '../schemas/execution.ts';
import type { JsonValue, Priority } from '../schemas/primitives.ts';
import type { Admission } from './admission.ts';
import type { Catalogue } from './catalogue.ts';
import type { KeyedMutex } from './keyed-mutex.ts';

/** How a submission of an action with a cache was handled. */
export type CacheUse = 'hit' | 'miss' | 'skipped';

/** An idempotency key and the request that it was used for. */
export interface Idempotency {
  idempotencyKey: string;
  /** SHA-256 over method, path and body, hex. */
  bodyHash: string;
}

/** Request for one execution. */
export interface Submission {
  /** Set by callers that wait: they must know the id before the insert. */
  id?: string;
  ownerId: string;
  source: ExecutionSource;
  plugin: string;
  action: string;
  payload: JsonValue;
  /** Answers given in advance, by the key of their question; used if they are valid. Bounded like the payload. */
  earlyAnswers?: Record<string, JsonValue> | undefined;
  priority: Priority;
  taskId?: string;
  /** Fire time of the schedule; each has at most one execution. */
  fireTime?: Date;
  rerunOf?: string;
  /** Redrive that created it. */
  redriveId?: string;
  /** Earliest start by the database's clock, and how far off that is. */
  start?: { at: Date; inMs: number };
  /** Overrides of the action's own policy. */
  retry?: Partial<RetryPolicy> | undefined;
  timeoutMs?: number | undefined;
  idempotency?: Idempotency | undefined;
  requestId?: string;
  mcpCall?: string | undefined;
  /** Runs the action even if a cached result would do; its result is cached again. */
  skipsCache?: boolean | undefined;
}

export interface Submitted {
  execution: ExecutionRecord;
  /** The idempotency key was used before for the same request: this is the earlier execution. */
  isRepeat: boolean;
  /** False when Redis is away and the sweep must enqueue it. */
  isEnqueued: boolean;
}

export interface SubmitDeps {
  config: {
    MAX_PAYLOAD_BYTES: number;
    MAX_CRASHES: number;
    EXECUTION_DEADLINE_SECONDS: number;
    EXECUTION_RETENTION_SECONDS: number;
  };
  models: Models;
  writes: Pick<ExecutionWrites, 'insert'>;
  /** Clock of `createdAt` and `deadlineAt`. */
  databaseClock: DatabaseClock;
  catalogue: Catalogue;
  admission: Admission;
  queues: {
    add(execution: ExecutionRecord, options?: EnqueueOptions): Promise<void>;
    takePlace(execution: ExecutionRecord): Promise<number>;
  };
  events: EventWriter;
  logger: Logger;
  /** Keyed by owner and idempotency key. */
  submissionMutex: KeyedMutex;
  /** Counts submissions of actions with a cache. */
  countCacheUse?: (use: CacheUse) => void;
}
