import { GatewayProtocolError } from './protocol-error.ts';

export const HEADER_BYTES = 16;

/** MongoDB's limit, announced by `hello` as maxMessageSizeBytes. */
export const MAX_MESSAGE_BYTES = 48_000_000;

/** Splits a socket's byte stream into wire messages. Chunks are joined once per message, so a large one is copied once. */
export class FrameReader {
  #chunks: Buffer[] = [];
  #bufferedBytes = 0;
  #wantedBytes = HEADER_BYTES;

  /** Adds a chunk and returns the messages that it completes. @throws {GatewayProtocolError} on an impossible length. */
  push(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    const frames: Buffer[] = [];
    while (this.#bufferedBytes >= this.#wantedBytes) {
      const joined = this.#join();
      const length = joined.readInt32LE(0);
      if (length < HEADER_BYTES || length > MAX_MESSAGE_BYTES) {
        throw new GatewayProtocolError(`message length ${length} is out of range`);
      }
      if (joined.length < length) {
        this.#wantedBytes = length;
        break;
      }
      frames.push(joined.subarray(0, length));
      this.#replace(joined.subarray(length));
    }
    return frames;
  }

  #join(): Buffer {
    const [first] = this.#chunks;
    if (first !== undefined && this.#chunks.length === 1) return first;
    const joined = Buffer.concat(this.#chunks, this.#bufferedBytes);
    this.#chunks = [joined];
    return joined;
  }

  #replace(rest: Buffer): void {
    this.#chunks = rest.length > 0 ? [rest] : [];
    this.#bufferedBytes = rest.length;
    this.#wantedBytes = HEADER_BYTES;
  }
}
