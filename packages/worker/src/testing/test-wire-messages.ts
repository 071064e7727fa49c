import type { Socket } from 'node:net';

import type { Models } from '@mcp-server/shared';

export type Bson = Models['ExecutionModel']['base']['mongo']['BSON'];

const HEADER_BYTES = 16;
const OP_MSG = 2_013;
/** After the header: 4 bytes of flags, then one byte for "a document follows". */
const DOCUMENT_AT = HEADER_BYTES + 5;

/** Forwards whole messages, each changed by `change`; undefined drops one. */
export function forwardMessages(
  from: Socket,
  to: Socket,
  change: (message: Buffer) => Buffer | undefined,
): void {
  let received = Buffer.alloc(0);
  from.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= HEADER_BYTES && received.length >= received.readInt32LE(0)) {
      const length = received.readInt32LE(0);
      const message = change(received.subarray(0, length));
      if (message) to.write(message);
      received = received.subarray(length);
    }
  });
}

/** Document of a message; undefined for a message of another kind. */
export function readDocument(message: Buffer, BSON: Bson): Record<string, never> | undefined {
  const isDocument = message.readInt32LE(12) === OP_MSG && message[DOCUMENT_AT - 1] === 0;
  if (!isDocument) return undefined;
  return BSON.deserialize(message.subarray(DOCUMENT_AT)) as Record<string, never>;
}

/** The same message with another document. */
export function replaceDocument(message: Buffer, document: object, BSON: Bson): Buffer {
  const replaced = Buffer.concat([message.subarray(0, DOCUMENT_AT), BSON.serialize(document)]);
  replaced.writeInt32LE(replaced.length, 0);
  return replaced;
}
