import type { Socket } from 'node:net';

import type { Fault, SilentDirection, SwallowFault } from './fault.ts';
import { OneWay } from './one-way.ts';

/** Delay after the swallowed reply begins: by then all of it has arrived. */
const LINGER_MS = 30;
/** Longest wait for a reply that never arrives. */
const DEFAULT_HOLE_MS = 3_000;

interface ConnectionOptions {
  client: Socket;
  server: Socket;
  /** Returns numbers from 0 (included) to 1 (excluded). */
  random: () => number;
  fault: Fault;
  /** Texts that tell connections apart once a request contains them. */
  marks: readonly string[];
  onSwallowed(): void;
}

/** One connection through the proxy. */
export class ProxiedConnection {
  readonly #options: ConnectionOptions;
  readonly #requests: OneWay;
  readonly #replies: OneWay;
  #fault: Fault;
  #silence: SilentDirection | undefined;
  readonly #seenMarks = new Set<string>();
  #replyBytes = 0;
  #swallowing: SwallowFault | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions) {
    const { client, server } = options;
    this.#options = options;
    this.#fault = options.fault;
    this.#requests = new OneWay(client, server);
    this.#replies = new OneWay(server, client);
    client.on('data', (piece: Buffer) => this.#onRequest(piece));
    server.on('data', (piece: Buffer) => this.#onReply(piece));
    this.#join(client, server, this.#requests);
    this.#join(server, client, this.#replies);
    this.apply(options.fault);
  }

  apply(fault: Fault): void {
    this.#fault = fault;
    this.#hold();
  }

  /** From now on no data passes, whatever the fault, and neither side sees an end: like a firewall that forgot it. */
  silence(direction: SilentDirection): void {
    this.#silence = (this.#silence ?? direction) === direction ? direction : 'both';
    this.#hold();
  }

  /** True once a request contained this one of the marks. */
  hasCarried(mark: string): boolean {
    return this.#seenMarks.has(mark);
  }

  /** Both sides see a reset. */
  reset(): void {
    resetSocket(this.#options.client);
    resetSocket(this.#options.server);
    this.#release();
  }

  #hold(): void {
    const isDropping = this.#fault.kind === 'drop';
    this.#requests.hold(isDropping || this.#silence === 'both' || this.#silence === 'requests');
    this.#replies.hold(isDropping || this.#silence === 'both' || this.#silence === 'replies');
  }

  #join(from: Socket, to: Socket, way: OneWay): void {
    from.on('end', () => way.end());
    // A reset is passed on as a reset; 'close' follows every error.
    from.on('error', () => resetSocket(to));
    from.on('close', () => {
      if (!to.destroyed) way.end();
      this.#release();
    });
  }

  #onRequest(piece: Buffer): void {
    const fault = this.#fault;
    for (const mark of this.#options.marks) if (piece.includes(mark)) this.#seenMarks.add(mark);
    const isPicked =
      fault.kind === 'swallow' &&
      !this.#swallowing &&
      fault.matches(piece) &&
      this.#options.random() < fault.rate;
    if (isPicked) {
      this.#swallowing = fault;
      this.#options.onSwallowed();
      // A server that never answers must not hold the connection forever either.
      this.#resetAfter(fault.holeMs ?? DEFAULT_HOLE_MS);
    }
    this.#requests.send(piece, this.#delayMs);
  }

  #onReply(piece: Buffer): void {
    if (this.#swallowing) {
      if (this.#swallowing.how === 'cut') this.#resetAfter(LINGER_MS);
      return;
    }
    if (this.#fault.kind === 'close-after') {
      const remainingBytes = this.#fault.replyBytes - this.#replyBytes;
      this.#replyBytes += piece.length;
      if (piece.length >= remainingBytes) {
        this.#options.client.end(piece.subarray(0, Math.max(0, remainingBytes)));
        this.#options.server.destroy();
        return;
      }
    }
    this.#replies.send(piece, this.#delayMs);
  }

  get #delayMs(): number {
    return this.#fault.kind === 'delay' ? this.#fault.ms : 0;
  }

  #resetAfter(ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.reset(), ms);
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#requests.close();
    this.#replies.close();
  }
}

/** A socket that is already ending cannot be reset: Node would wait for it forever at exit. */
function resetSocket(socket: Socket): void {
  if (socket.writableEnded) socket.destroy();
  else socket.resetAndDestroy();
}
