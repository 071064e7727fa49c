import { HEADER_BYTES } from './frame-reader.ts';
import { GatewayProtocolError } from './protocol-error.ts';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const AWAIT_CAPABLE = 1 << 3;
const REPLY_FIELDS_BYTES = 20;

export function isOpQuery(frame: Buffer): boolean {
  return frame.readInt32LE(12) === OP_QUERY;
}

/** Command of a legacy OP_QUERY, which drivers send first on a new connection. */
export function parseOpQuery(frame: Buffer): { requestId: number; body: Buffer } {
  const nameEnd = frame.indexOf(0, HEADER_BYTES + 4);
  const start = nameEnd + 1 + 8;
  const size = nameEnd !== -1 && start + 4 <= frame.length ? frame.readInt32LE(start) : -1;
  if (size < 5 || start + size > frame.length)
    throw new GatewayProtocolError('OP_QUERY has no query document');
  return { requestId: frame.readInt32LE(4), body: frame.subarray(start, start + size) };
}

export function opReplyParts(requestId: number, responseTo: number, body: Uint8Array): [Buffer, Uint8Array] {
  const head = Buffer.alloc(HEADER_BYTES + REPLY_FIELDS_BYTES);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(OP_REPLY, 12);
  head.writeInt32LE(AWAIT_CAPABLE, HEADER_BYTES);
  head.writeInt32LE(1, HEADER_BYTES + 16);
  return [head, body];
}
