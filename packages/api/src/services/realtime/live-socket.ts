import { errors, type ExecutionEvent, type Logger, type Models } from '@mcp-server/shared';

import type { EventFeed } from '../../redis/event-feed.ts';
import type { Holder } from '../holder.ts';
import { EventChannel } from './event-channel.ts';
import { type ClientMessage, readMessage, type ServerMessage } from './messages.ts';
import { resolveTopics } from './resolve-topics.ts';

/** A connection, reduced to what this module needs. */
export interface Wire {
  send(message: ServerMessage | ExecutionEvent): void;
  /** Bytes that the client has not received yet. */
  bufferedBytes(): number;
  ping(): void;
  close(code: number, reason: string): void;
  terminate(): void;
}

/** Close codes of RFC 6455; those from 4000 on are for applications. */
export const CLOSE = { goingAway: 1_001, policy: 1_008, tryLater: 1_013, signedOut: 4_401 } as const;

/** A reader that is further behind is disconnected; it can resume with its last event id. */
const MAX_BUFFERED_BYTES = 1_048_576;
const MAX_TOPICS = 200;
/** Messages are handled one after the other, so a client gains nothing by sending more at once. */
const MAX_PENDING_MESSAGES = 50;
const MAX_BAD_MESSAGES = 100;

interface LiveSocketDeps {
  feed: EventFeed;
  models: Models;
  logger: Logger;
}

/** One open connection of a user. */
export class LiveSocket {
  readonly holder: Holder;
  readonly #deps: LiveSocketDeps;
  readonly #wire: Wire;
  readonly #channel: EventChannel;
  readonly #answersPings: boolean;
  #working = Promise.resolve();
  #pending = 0;
  #badMessages = 0;
  #hasAnswered = true;

  constructor(
    deps: LiveSocketDeps,
    holder: Holder,
    { wire, answersPings }: { wire: Wire; answersPings: boolean },
  ) {
    this.holder = holder;
    this.#deps = deps;
    this.#wire = wire;
    this.#answersPings = answersPings;
    this.#channel = new EventChannel(deps.feed, {
      event: (event) => this.#send(event),
      reset: () => this.#send({ type: 'reset' }),
    });
  }

  receive(text: string): void {
    const message = readMessage(text);
    if (message) void this.enqueue(message);
    else this.#reject();
  }

  /** Resolves once the message is handled. */
  async enqueue(message: ClientMessage): Promise<void> {
    if (this.#pending >= MAX_PENDING_MESSAGES) return this.close(CLOSE.policy, 'too many messages at once');
    this.#pending += 1;
    this.#working = this.#working.then(() => this.#handle(message)).finally(() => (this.#pending -= 1));
    await this.#working;
  }

  /** Checks that the client is alive; one that did not answer the previous ping is disconnected. */
  ping(): void {
    if (!this.#hasAnswered) return this.#wire.terminate();
    this.#hasAnswered = !this.#answersPings;
    this.#wire.ping();
  }

  pong(): void {
    this.#hasAnswered = true;
  }

  close(code: number, reason: string): void {
    this.detach();
    this.#wire.close(code, reason);
  }

  terminate(): void {
    this.detach();
    this.#wire.terminate();
  }

  /** Call when the connection is gone: stops sending. */
  detach(): void {
    this.#channel.close();
  }

  async #handle(message: ClientMessage): Promise<void> {
    try {
      await this.#execute(message);
    } catch (error) {
      if (error instanceof errors.NotFound) this.#error('not_found', error.message);
      else {
        this.#deps.logger.warn({ err: error }, 'socket message failed');
        this.#error('busy', 'Try again in a moment.');
      }
    }
  }

  async #execute(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'ping':
        return this.#send({ type: 'pong' });
      case 'unsubscribe':
        this.#channel.unsubscribe(message.topics);
        return this.#send({ type: 'unsubscribed', topics: message.topics });
      case 'subscribe': {
        const { topics, lastEventId } = message;
        if (!(await this.holder.isStillAuthorized())) return this.close(CLOSE.signedOut, 'signed out');
        if (this.#channel.topicCount + topics.length > MAX_TOPICS)
          return this.#error('too_many_topics', `A socket can have at most ${MAX_TOPICS} topics.`);
        const wanted = await resolveTopics(this.#deps, this.holder.principal, topics);
        await this.#channel.subscribe(wanted, lastEventId, () => this.#send({ type: 'subscribed', topics }));
      }
    }
  }

  #reject(): void {
    if (++this.#badMessages > MAX_BAD_MESSAGES) return this.close(CLOSE.policy, 'too many bad messages');
    this.#error('invalid_message', 'Send subscribe, unsubscribe or ping; see GET /ws/info.');
  }

  #error(code: string, detail: string): void {
    this.#send({ type: 'error', code, detail });
  }

  #send(message: ServerMessage | ExecutionEvent): void {
    if (this.#wire.bufferedBytes() > MAX_BUFFERED_BYTES) return this.terminate();
    this.#wire.send(message);
  }
}
