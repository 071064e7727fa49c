import { compareEventIds, type ExecutionEvent } from '@mcp-server/shared';

import type { EventFeed } from '../../redis/event-feed.ts';
import { isOnTopic, type Topic } from './topics.ts';

/** Receiver of events. */
export interface ChannelClient {
  event(event: ExecutionEvent): void;
  /** Events may be missing: the client must read the current state. */
  reset(): void;
}

/** A topic and the user whose stream carries it. */
export interface OwnedTopic {
  topic: Topic;
  ownerId: string;
}

interface Source {
  topics: Set<string>;
  /** Last event that was sent or did not match. */
  sentUpTo: string;
  /** Events that arrive while the past is being read. */
  buffered: ExecutionEvent[] | undefined;
  stop: () => void;
}

const START = '0-0';

/** Delivers the events that one client wants, each once and in order, starting after an event that it names. */
export class EventChannel {
  readonly #feed: EventFeed;
  readonly #client: ChannelClient;
  readonly #sources = new Map<string, Source>();
  #isClosed = false;

  constructor(feed: EventFeed, client: ChannelClient) {
    this.#feed = feed;
    this.#client = client;
  }

  get topicCount(): number {
    return [...this.#sources.values()].reduce((count, { topics }) => count + topics.size, 0);
  }

  /** `onReady` is called after the subscription starts and before the first event of the past. */
  async subscribe(wanted: OwnedTopic[], lastEventId: string | undefined, onReady: () => void): Promise<void> {
    const sources = new Map<string, Source>();
    for (const { topic, ownerId } of wanted) {
      const source = this.#sources.get(ownerId) ?? (await this.#open(ownerId));
      source.buffered ??= [];
      source.topics.add(topic);
      sources.set(ownerId, source);
    }
    onReady();
    for (const [ownerId, source] of sources) {
      if (lastEventId !== undefined) await this.#sendPast(ownerId, source, lastEventId);
      this.#flush(source);
    }
  }

  unsubscribe(topics: Topic[]): void {
    for (const [ownerId, source] of this.#sources) {
      for (const topic of topics) source.topics.delete(topic);
      if (source.topics.size > 0) continue;
      source.stop();
      this.#sources.delete(ownerId);
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const { stop } of this.#sources.values()) stop();
    this.#sources.clear();
  }

  async #open(ownerId: string): Promise<Source> {
    const source: Source = { topics: new Set(), sentUpTo: START, buffered: [], stop: () => undefined };
    this.#sources.set(ownerId, source);
    const stop = await this.#feed.watch(ownerId, {
      onEvent: (event) => {
        if (source.buffered) source.buffered.push(event);
        else this.#send(source, event);
      },
      onGap: () => {
        // Ids may have started again.
        source.sentUpTo = START;
        this.#client.reset();
      },
    });
    source.stop = stop;
    // The client may have left while the feed was subscribing.
    if (this.#isClosed) stop();
    return source;
  }

  async #sendPast(ownerId: string, source: Source, lastEventId: string): Promise<void> {
    const past = await this.#feed.replay(ownerId, lastEventId).catch(() => undefined);
    if (!past?.isComplete) this.#client.reset();
    // A client that names an event wants all events after it, even if this channel already sent them.
    else source.sentUpTo = lastEventId;
    for (const event of past?.events ?? []) this.#send(source, event);
  }

  #flush(source: Source): void {
    const buffered = source.buffered ?? [];
    source.buffered = undefined;
    for (const event of buffered) this.#send(source, event);
  }

  #send(source: Source, event: ExecutionEvent): void {
    if (this.#isClosed || compareEventIds(event.id, source.sentUpTo) <= 0) return;
    source.sentUpTo = event.id;
    if (isOnTopic(source.topics, event)) this.#client.event(event);
  }
}
