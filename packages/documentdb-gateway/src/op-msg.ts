import { HEADER_BYTES } from './frame-reader.ts';
import { GatewayProtocolError } from './protocol-error.ts';

const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1 << 0;
const MORE_TO_COME = 1 << 1;
/** Bits 0 to 15 are "required": a receiver must reject a message with an unknown one. */
const UNKNOWN_REQUIRED_BITS = 0xffff & ~(CHECKSUM_PRESENT | MORE_TO_COME);
const CHECKSUM_BYTES = 4;
const EMPTY_DOCUMENT_BYTES = 5;

export interface OpMsg {
  readonly requestId: number;
  /** Kind-0 section: the command document, unchanged. */
  readonly body: Buffer;
  /** Kind-1 sections (`documents`, `updates`, `deletes`): concatenated BSON documents by name. */
  readonly sequences: ReadonlyMap<string, Buffer>;
  /** Whether the client expects no reply (`w: 0`). */
  readonly isUnanswered: boolean;
}

/** Splits an OP_MSG into its sections. The checksum is not verified: TCP has its own. */
export function parseOpMsg(frame: Buffer): OpMsg {
  const flags = frame.readUInt32LE(HEADER_BYTES);
  if ((flags & UNKNOWN_REQUIRED_BITS) !== 0) {
    throw new GatewayProtocolError(`OP_MSG has unknown required flags 0x${flags.toString(16)}`);
  }
  const end = frame.length - ((flags & CHECKSUM_PRESENT) === 0 ? 0 : CHECKSUM_BYTES);
  const sequences = new Map<string, Buffer>();
  let body: Buffer | undefined;
  let at = HEADER_BYTES + 4;
  while (at < end) {
    const kind = frame[at];
    const size = sectionSize(frame, at + 1, end);
    const section = frame.subarray(at + 1, at + 1 + size);
    if (kind === 0) body = section;
    else if (kind === 1) addSequence(sequences, section);
    else throw new GatewayProtocolError(`OP_MSG has a section of unknown kind ${kind}`);
    at += 1 + size;
  }
  if (body === undefined) throw new GatewayProtocolError('OP_MSG has no command document');
  return { requestId: frame.readInt32LE(4), body, sequences, isUnanswered: (flags & MORE_TO_COME) !== 0 };
}

function sectionSize(frame: Buffer, at: number, end: number): number {
  const size = at + 4 <= end ? frame.readInt32LE(at) : -1;
  if (size < EMPTY_DOCUMENT_BYTES || at + size > end) {
    throw new GatewayProtocolError(`OP_MSG section size ${size} does not fit its message`);
  }
  return size;
}

function addSequence(sequences: Map<string, Buffer>, section: Buffer): void {
  const nameEnd = section.indexOf(0, 4);
  if (nameEnd === -1) throw new GatewayProtocolError('OP_MSG section has no name');
  sequences.set(section.toString('utf8', 4, nameEnd), section.subarray(nameEnd + 1));
}

/** Header and document of a message with one kind-0 section; two parts, so that the document is not copied. */
export function opMsgParts(requestId: number, responseTo: number, body: Uint8Array): [Buffer, Uint8Array] {
  const head = Buffer.allocUnsafe(HEADER_BYTES + 5);
  head.writeInt32LE(head.length + body.length, 0);
  head.writeInt32LE(requestId, 4);
  head.writeInt32LE(responseTo, 8);
  head.writeInt32LE(OP_MSG, 12);
  head.writeUInt32LE(0, HEADER_BYTES);
  head.writeUInt8(0, HEADER_BYTES + 4);
  return [head, body];
}

export function isOpMsg(frame: Buffer): boolean {
  return frame.readInt32LE(12) === OP_MSG && frame.length >= HEADER_BYTES + 5;
}
