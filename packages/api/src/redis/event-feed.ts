import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import {
  type createRedis,
  eventStreamKey,
  type ExecutionEvent,
  isGap,
  type Logger,
  readEvent,
  type StreamEntry,
  withTimeout,
} from '@mcp-server/shared';

import { isCompleteAfter, readStreamFacts, START } from './stream-facts.ts';

type Redis = ReturnType<typeof createRedis>;

/** A subscriber to the events of one user. */
export interface Watcher {
  onEvent(event: ExecutionEvent): void;
  /** Events may have been lost: Redis was unavailable or no longer has all of them, or their writer dropped some. */
  onGap(): void;
}

/** Events written after a given one. `isComplete` is false if Redis no longer has all of them. */
export interface Replay {
  events: ExecutionEvent[];
  isComplete: boolean;
}

interface Stream {
  /** Id of the last event read; unknown until the loop has asked for it. */
  cursor: string | undefined;
  watchers: Set<Watcher>;
  ready: PromiseWithResolvers<void>;
}

const BLOCK_MS = 5_000;
const READ_COUNT = 500;
const RETRY_MS = 250;
const WATCH_TIMEOUT_MS = 1_000;
const WAKE_TTL_SECONDS = 60;
/** Streams without events are checked this often: one that was deleted says nothing. */
const CHECK_MS = 5_000;

/**
 * Reads the events of all users with an open socket in this process, in one blocking read. A separate stream wakes the
 * read when the set of users changes; unlike an unblock from outside, it also works before the read blocks.
 */
export class EventFeed {
  readonly #reader: Redis;
  readonly #writer: Redis;
  readonly #keyOf: (ownerId: string) => string;
  readonly #wakeKey: string;
  readonly #logger: Logger;
  readonly #streams = new Map<string, Stream>();
  readonly #closing = new AbortController();
  #wakeCursor = START;
  #hadGap = false;
  #checkedAt = performance.now();
  #reading: Promise<void> | undefined;

  /** `reader` belongs to this feed: it is blocked most of the time. */
  constructor({ reader, writer }: { reader: Redis; writer: Redis }, prefix: string, logger: Logger) {
    this.#reader = reader;
    this.#writer = writer;
    this.#keyOf = (ownerId) => eventStreamKey(prefix, ownerId);
    this.#wakeKey = `${prefix}:events-wake:${randomUUID()}`;
    this.#logger = logger;
    reader.on('close', () => (this.#hadGap = true));
  }

  /** Once it resolves, every later event is delivered. While Redis is unavailable: once it is back, after a gap. */
  async watch(ownerId: string, watcher: Watcher): Promise<() => void> {
    const existing = this.#streams.get(ownerId);
    const stream = existing ?? { cursor: undefined, watchers: new Set(), ready: Promise.withResolvers() };
    stream.watchers.add(watcher);
    this.#streams.set(ownerId, stream);
    if (!this.#reading) this.#reading = this.#run();
    else if (!existing) this.#wake();
    await withTimeout(stream.ready.promise, WATCH_TIMEOUT_MS);
    return () => {
      stream.watchers.delete(watcher);
      if (stream.watchers.size === 0 && this.#streams.get(ownerId) === stream) this.#streams.delete(ownerId);
    };
  }

  /** Rejects while Redis is unavailable. The past is complete if the stream still has the event or an older one. */
  async replay(ownerId: string, afterId: string): Promise<Replay> {
    const key = this.#keyOf(ownerId);
    const entries = await this.#writer.xrange(key, `(${afterId}`, '+');
    const [facts] = await readStreamFacts(this.#writer, [key]);
    if (!facts || !isCompleteAfter(afterId, facts) || entries.some(isGap))
      return { events: [], isComplete: false };
    return { events: entries.map(readEvent).filter((event) => event !== undefined), isComplete: true };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    this.#reader.disconnect();
    await this.#reading;
  }

  async #run(): Promise<void> {
    while (this.#streams.size > 0 && !this.#closing.signal.aborted) {
      try {
        await this.#read();
      } catch (err) {
        this.#hadGap = true;
        this.#logger.debug({ err }, 'reading events failed');
        await delay(RETRY_MS, undefined, { signal: this.#closing.signal }).catch(() => undefined);
      }
    }
    this.#reading = undefined;
  }

  async #read(): Promise<void> {
    await this.#findCursors();
    const read = [...this.#streams].flatMap(([ownerId, stream]) =>
      stream.cursor === undefined ? [] : [{ key: this.#keyOf(ownerId), stream, cursor: stream.cursor }],
    );
    const replies = await this.#reader.xread(
      'COUNT',
      READ_COUNT,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      this.#wakeKey,
      ...read.map(({ key }) => key),
      this.#wakeCursor,
      ...read.map(({ cursor }) => cursor),
    );
    this.#notifyGap();
    const entriesOf = new Map(replies);
    this.#wakeCursor = entriesOf.get(this.#wakeKey)?.at(-1)?.[0] ?? this.#wakeCursor;
    await this.#checkStreams(read.filter(({ key }) => entriesOf.has(key) || this.#isCheckDue()));
    for (const { key, stream } of read) fanOut(stream, entriesOf.get(key) ?? []);
  }

  /** Notifies the watchers of streams that lost events after their cursor, before those that are left. */
  async #checkStreams(checked: readonly { key: string; stream: Stream; cursor: string }[]): Promise<void> {
    if (this.#isCheckDue()) this.#checkedAt = performance.now();
    const facts = await readStreamFacts(
      this.#reader,
      checked.map(({ key }) => key),
    );
    for (const [index, { stream, cursor }] of checked.entries()) {
      if (isCompleteAfter(cursor, facts[index])) continue;
      // A deleted stream, or one whose ids started again, is read from its start.
      stream.cursor = START;
      for (const watcher of stream.watchers) watcher.onGap();
    }
  }

  #isCheckDue = (): boolean => performance.now() - this.#checkedAt >= CHECK_MS;

  async #findCursors(): Promise<void> {
    for (const [ownerId, stream] of this.#streams) {
      if (stream.cursor !== undefined) continue;
      const newest = await this.#reader.xrevrange(this.#keyOf(ownerId), '+', '-', 'COUNT', 1);
      stream.cursor = newest[0]?.[0] ?? START;
      stream.ready.resolve();
    }
  }

  #wake(): void {
    const pipeline = this.#writer.pipeline().xadd(this.#wakeKey, 'MAXLEN', 1, '*', 'wake', '1');
    // While Redis is unavailable the loop is not blocked and checks the set before its next read.
    pipeline
      .expire(this.#wakeKey, WAKE_TTL_SECONDS)
      .exec()
      .catch(() => undefined);
  }

  #notifyGap(): void {
    if (!this.#hadGap) return;
    this.#hadGap = false;
    for (const { watchers } of this.#streams.values()) for (const watcher of watchers) watcher.onGap();
  }
}

function fanOut(stream: Stream, entries: StreamEntry[]): void {
  for (const entry of entries) {
    [stream.cursor] = entry;
    if (isGap(entry)) for (const watcher of stream.watchers) watcher.onGap();
    const event = readEvent(entry);
    if (event) for (const watcher of stream.watchers) watcher.onEvent(event);
  }
}
