import type { Socket } from 'node:net';

/** One direction of a proxied connection: keeps the order, waits for a slow receiver, and can delay. */
export class OneWay {
  readonly #from: Socket;
  readonly #to: Socket;
  #late: { piece: Buffer; dueAt: number }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #isHeld = false;
  #isEnding = false;

  constructor(from: Socket, to: Socket) {
    this.#from = from;
    this.#to = to;
    to.on('drain', () => this.#flow());
  }

  send(piece: Buffer, delayMs = 0): void {
    if (delayMs === 0 && this.#late.length === 0) return this.#write(piece);
    this.#late.push({ piece, dueAt: performance.now() + delayMs });
    this.#timer ??= setTimeout(() => this.#sendDue(), delayMs);
  }

  /** Stops reading from the sender: what it writes stays in the kernel, as on a link that loses every packet. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    if (isHeld) this.#from.pause();
    else this.#flow();
  }

  /** The sender has ended, so the receiver ends after the remaining data. */
  end(): void {
    this.#isEnding = true;
    if (this.#late.length === 0) this.#to.end();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#late = [];
  }

  #sendDue(): void {
    this.#timer = undefined;
    const now = performance.now();
    while (this.#late[0] && this.#late[0].dueAt <= now) this.#write(this.#late.shift()!.piece);
    const next = this.#late[0];
    if (next) this.#timer = setTimeout(() => this.#sendDue(), Math.ceil(next.dueAt - now));
    else if (this.#isEnding) this.#to.end();
  }

  #write(piece: Buffer): void {
    if (!this.#to.destroyed && !this.#to.write(piece)) this.#from.pause();
  }

  #flow(): void {
    if (!this.#isHeld && !this.#to.writableNeedDrain) this.#from.resume();
  }
}
