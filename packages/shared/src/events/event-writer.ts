import type { Redis } from 'ioredis';

import type { EventType } from '../schemas/event.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { describeEvent } from './describe-event.ts';
import {
  EVENT_FIELD,
  EVENT_STREAM_MAX_LENGTH,
  EVENT_STREAM_TTL_SECONDS,
  eventStreamKey,
} from './event-stream.ts';

/** While Redis is slow or away, events beyond this are dropped: the documents hold the same facts. */
const MAX_WAITING = 2_000;

/** Writes events of executions to the streams of their owners. */
export interface EventWriter {
  /** Never throws and never waits: a lost event does not fail its execution. */
  write(execution: ExecutionRecord, type?: EventType): void;
  /** Number of events lost since the start. */
  lost(): number;
}

interface Waiting {
  key: string;
  text: string;
}

/** One pipeline at a time; events that arrive during it go with the next one. */
export function buildEventWriter(redis: Redis, prefix: string): EventWriter {
  let waiting: Waiting[] = [];
  let isSending = false;
  let lost = 0;

  const send = async (): Promise<void> => {
    isSending = true;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      lost += await sendBatch(redis, batch);
    }
    isSending = false;
  };

  return {
    write(execution, type) {
      if (redis.status !== 'ready' || waiting.length >= MAX_WAITING) {
        lost += 1;
        return;
      }
      const text = JSON.stringify(describeEvent(execution, type));
      waiting.push({ key: eventStreamKey(prefix, execution.ownerId), text });
      // In the next turn of the event loop, so that the events of this one share a pipeline.
      if (!isSending) {
        isSending = true;
        setImmediate(() => void send());
      }
    },
    lost: () => lost,
  };
}

/** Resolves to the number of events that were not stored. */
async function sendBatch(redis: Redis, batch: Waiting[]): Promise<number> {
  const pipeline = redis.pipeline();
  for (const { key, text } of batch) {
    pipeline.xadd(key, 'MAXLEN', '~', EVENT_STREAM_MAX_LENGTH, '*', EVENT_FIELD, text);
  }
  for (const key of new Set(batch.map(({ key }) => key))) pipeline.expire(key, EVENT_STREAM_TTL_SECONDS);
  try {
    const replies = await pipeline.exec();
    return replies?.slice(0, batch.length).filter(([error]) => error).length ?? batch.length;
  } catch {
    return batch.length;
  }
}
