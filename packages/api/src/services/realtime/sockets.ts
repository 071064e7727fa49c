import { errors, type Logger, type Models, retryLater } from '@mcp-server/shared';

import type { EventFeed } from '../../redis/event-feed.ts';
import type { Holder } from '../holder.ts';
import type { Principal } from '../principal.ts';
import { CLOSE, LiveSocket, type Wire } from './live-socket.ts';

export interface SocketsDeps {
  feed: EventFeed;
  models: Models;
  logger: Logger;
  config: { WS_MAX_SOCKETS: number; WS_MAX_SOCKETS_PER_USER: number; WS_PING_MS: number };
}

/** With cached states of up to 1 s, rights that end are noticed within 2 s even if no message arrives. */
const RECHECK_MS = 1_000;
const RETRY_SECONDS = 5;

/** The open sockets of this process. */
export class Sockets {
  readonly #deps: SocketsDeps;
  readonly #open = new Map<string, Set<LiveSocket>>();
  #count = 0;
  #timers: NodeJS.Timeout[] = [];
  #isClosed = false;

  constructor(deps: SocketsDeps) {
    this.#deps = deps;
  }

  get count(): number {
    return this.#count;
  }

  /** @throws {errors.Busy} {errors.TooManySockets} */
  admit({ userId }: Principal): void {
    const { WS_MAX_SOCKETS, WS_MAX_SOCKETS_PER_USER } = this.#deps.config;
    if (this.#isClosed || this.#count >= WS_MAX_SOCKETS)
      throw retryLater(new errors.Busy('sockets'), RETRY_SECONDS);
    if ((this.#open.get(userId)?.size ?? 0) >= WS_MAX_SOCKETS_PER_USER)
      throw retryLater(new errors.TooManySockets(WS_MAX_SOCKETS_PER_USER), RETRY_SECONDS);
  }

  /** Adds a connection; undefined if there is no place for it. */
  open(holder: Holder, wire: Wire, { answersPings = true } = {}): LiveSocket | undefined {
    try {
      // Again, because several connections may be admitted before the first of them opens.
      this.admit(holder.principal);
    } catch {
      wire.close(CLOSE.tryLater, 'too many sockets');
      return undefined;
    }
    const socket = new LiveSocket(this.#deps, holder, { wire, answersPings });
    const { userId } = holder.principal;
    const others = this.#open.get(userId) ?? new Set();
    this.#open.set(userId, others.add(socket));
    this.#count += 1;
    if (this.#timers.length === 0) this.#startRounds();
    return socket;
  }

  /** Call once for each socket, when its connection is gone. */
  remove(socket: LiveSocket): void {
    socket.detach();
    const { userId } = socket.holder.principal;
    const others = this.#open.get(userId);
    if (!others?.delete(socket)) return;
    this.#count -= 1;
    if (others.size === 0) this.#open.delete(userId);
    if (this.#count === 0) this.#stopRounds();
  }

  /** Closes the sockets of a user whose rights ended. */
  async recheck(userId: string): Promise<void> {
    await this.#recheckAll([...(this.#open.get(userId) ?? [])]);
  }

  /** Closes all sockets and admits no more. */
  close(): void {
    this.#isClosed = true;
    this.#stopRounds();
    for (const socket of this.#all()) socket.close(CLOSE.goingAway, 'the server is closing');
  }

  #all(): LiveSocket[] {
    return [...this.#open.values()].flatMap((sockets) => Array.from(sockets));
  }

  #startRounds(): void {
    this.#timers = [
      setInterval(() => this.#all().forEach((socket) => socket.ping()), this.#deps.config.WS_PING_MS),
      setInterval(() => void this.#recheckAll(this.#all()), RECHECK_MS),
    ];
  }

  #stopRounds(): void {
    this.#timers.forEach(clearInterval);
    this.#timers = [];
  }

  async #recheckAll(sockets: LiveSocket[]): Promise<void> {
    await Promise.all(
      sockets.map(async (socket) => {
        // Without the database authorization cannot be checked. Requests are refused then, but open sockets stay.
        const isAuthorized = await socket.holder.isStillAuthorized().catch(() => true);
        if (!isAuthorized) socket.close(CLOSE.signedOut, 'signed out');
      }),
    );
  }
}
