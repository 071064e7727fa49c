import { setTimeout as delay } from 'node:timers/promises';

import type { Redis } from 'ioredis';

import type { EventType } from '../schemas/event.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import { describeEvent } from './describe-event.ts';
import {
  EVENT_FIELD,
  EVENT_STREAM_MAX_LENGTH,
  EVENT_STREAM_TTL_SECONDS,
  eventStreamKey,
  GAP_FIELD,
} from './event-stream.ts';

/**
 * While Redis is slow or away, events beyond this are dropped. The documents hold the same facts, and a mark in the
 * stream tells its readers to read them.
 */
const MAX_WAITING = 2_000;
/** Marks of lost events in one pipeline. */
const MAX_MARKS = 500;
/** Pause after a pipeline of which something was not stored. */
const RETRY_MS = 1_000;

/** Writes events of executions to the streams of their owners. */
export interface EventWriter {
  /**
   * Never throws and never waits: a lost event does not fail its execution. Readers of its stream get a gap once Redis
   * takes writes again, if this process still lives.
   */
  write(execution: ExecutionRecord, type?: EventType): void;
  /** Number of events lost since the start. */
  lost(): number;
  /** Ends the retries: what cannot be sent at once is lost. */
  close(): void;
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
  /** Streams that lack events: their readers must get to know. */
  const incomplete = new Set<string>();
  const closing = new AbortController();

  const drop = (key: string) => {
    lost += 1;
    incomplete.add(key);
  };

  const send = async (): Promise<void> => {
    while (waiting.length + incomplete.size > 0) {
      const batch = waiting;
      waiting = [];
      const marked = [...incomplete].slice(0, MAX_MARKS);
      const unsent = await sendBatch(redis, marked, batch);
      for (const key of marked) if (!unsent.marks.has(key)) incomplete.delete(key);
      unsent.events.forEach(drop);
      if (unsent.marks.size + unsent.events.length === 0) continue;
      if (closing.signal.aborted) break;
      await delay(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined);
    }
    isSending = false;
  };

  return {
    write(execution, type) {
      const key = eventStreamKey(prefix, execution.ownerId);
      if (redis.status !== 'ready' || waiting.length >= MAX_WAITING) drop(key);
      else waiting.push({ key, text: JSON.stringify(describeEvent(execution, type)) });
      // In the next turn of the event loop, so that the events of this one share a pipeline.
      if (isSending) return;
      isSending = true;
      setImmediate(() => void send());
    },
    lost: () => lost,
    close: () => closing.abort(),
  };
}

/** Keys of the streams of what was not stored. */
interface Unsent {
  marks: Set<string>;
  events: string[];
}

/** Adds marks of lost events and then events. Resolves to what may not be stored. */
async function sendBatch(
  redis: Redis,
  marked: readonly string[],
  batch: readonly Waiting[],
): Promise<Unsent> {
  const pipeline = redis.pipeline();
  const entries = [
    ...marked.map((key) => ({ key, field: GAP_FIELD, text: '1' })),
    ...batch.map(({ key, text }) => ({ key, field: EVENT_FIELD, text })),
  ];
  for (const { key, field, text } of entries) {
    pipeline.xadd(key, 'MAXLEN', '~', EVENT_STREAM_MAX_LENGTH, '*', field, text);
  }
  for (const key of new Set(entries.map(({ key }) => key))) pipeline.expire(key, EVENT_STREAM_TTL_SECONDS);
  const replies = await pipeline.exec().catch(() => null);
  const unsent = entries.filter((_entry, index) => !replies?.[index] || replies[index][0]);
  return {
    marks: new Set(unsent.filter(({ field }) => field === GAP_FIELD).map(({ key }) => key)),
    events: unsent.filter(({ field }) => field === EVENT_FIELD).map(({ key }) => key),
  };
}
