import type { Socket } from 'node:net';

import { CommandDocument } from './command-document.ts';
import type { CommandRequest, GatewayParts } from './command.ts';
import { dispatch } from './dispatch.ts';
import { FrameReader } from './frame-reader.ts';
import { isOpMsg, opMsgParts, parseOpMsg } from './op-msg.ts';
import { isOpQuery, opReplyParts, parseOpQuery } from './op-query.ts';
import { GatewayProtocolError } from './protocol-error.ts';

const NO_SEQUENCES: ReadonlyMap<string, Buffer> = new Map();

/** Serves one client's socket: messages are answered one at a time and in order, as by mongod. */
export class ClientSession {
  readonly #socket: Socket;
  readonly #parts: GatewayParts;
  readonly #connectionId: number;
  readonly #reader = new FrameReader();
  #nextRequestId = 1;

  constructor(socket: Socket, parts: GatewayParts, connectionId: number) {
    this.#socket = socket;
    this.#parts = parts;
    this.#connectionId = connectionId;
    socket.setNoDelay(true);
  }

  /** Serves until the client disconnects. An error closes the socket, so that the client treats its command as failed. */
  async serve(): Promise<void> {
    try {
      // Back pressure: nothing more is read from the socket until its messages are answered.
      for await (const chunk of this.#socket) {
        for (const frame of this.#reader.push(chunk)) await this.#answer(frame);
      }
    } catch {
      this.#socket.destroy();
    }
  }

  async #answer(frame: Buffer): Promise<void> {
    if (isOpMsg(frame)) {
      const { body, requestId, sequences, isUnanswered } = parseOpMsg(frame);
      const reply = await this.#run(body, sequences);
      if (!isUnanswered) this.#send(opMsgParts(this.#takeRequestId(), requestId, reply));
    } else if (isOpQuery(frame)) {
      const { body, requestId } = parseOpQuery(frame);
      this.#send(opReplyParts(this.#takeRequestId(), requestId, await this.#run(body, NO_SEQUENCES)));
    } else {
      throw new GatewayProtocolError(`unsupported wire operation ${frame.readInt32LE(12)}`);
    }
  }

  #run(body: Buffer, sequences: ReadonlyMap<string, Buffer>): Promise<Uint8Array> {
    const command = new CommandDocument(body);
    const request: CommandRequest = { command, sequences, connectionId: this.#connectionId };
    return dispatch(request, this.#parts);
  }

  #send([head, body]: [Buffer, Uint8Array]): void {
    this.#socket.cork();
    this.#socket.write(head);
    this.#socket.write(body);
    this.#socket.uncork();
  }

  #takeRequestId(): number {
    const id = this.#nextRequestId;
    this.#nextRequestId = (id + 1) & 0x7fffffff;
    return id;
  }
}
