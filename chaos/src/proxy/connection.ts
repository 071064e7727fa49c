import type { Socket } from 'node:net';

import type { Random } from '../random.ts';
import type { Fault, SwallowFault } from './fault.ts';
import { OneWay } from './one-way.ts';

/** Delay after the swallowed reply begins: by then all of it has arrived. */
const LINGER_MS = 30;
/** Longest wait for a reply that never arrives. */
const DEFAULT_HOLE_MS = 3_000;

interface ConnectionOptions {
  client: Socket;
  server: Socket;
  random: Random;
  fault: Fault;
  onSwallowed(): void;
}

/** One connection through the proxy. */
export class ProxiedConnection {
  readonly #options: ConnectionOptions;
  readonly #requests: OneWay;
  readonly #replies: OneWay;
  #fault: Fault;
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
    this.#requests.hold(fault.kind === 'drop');
    this.#replies.hold(fault.kind === 'drop');
  }

  /** Both sides see a reset. */
  reset(): void {
    resetSocket(this.#options.client);
    resetSocket(this.#options.server);
    this.#release();
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
