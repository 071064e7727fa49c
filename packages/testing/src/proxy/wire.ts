/** OP_MSG: header (16), flags (4), section kind (1), document length (4), type of the first field (1). */
const OP_MSG = 2013;
const OPCODE_OFFSET = 12;
const FIRST_NAME_OFFSET = 26;

/** The name of the MongoDB command that begins with this piece, if one does. */
export function mongoCommand(piece: Buffer): string | undefined {
  if (piece.length <= FIRST_NAME_OFFSET || piece.readInt32LE(OPCODE_OFFSET) !== OP_MSG) return undefined;
  const end = piece.indexOf(0, FIRST_NAME_OFFSET);
  return end === -1 ? undefined : piece.toString('latin1', FIRST_NAME_OFFSET, end);
}

/** Picks requests that begin with one of these MongoDB commands. */
export const isMongoCommand = (...names: string[]) => {
  const commandNames = new Set(names);
  return (piece: Buffer): boolean => commandNames.has(mongoCommand(piece) ?? '');
};

/** Picks Redis scripts: all of BullMQ's writes are scripts. */
export const isRedisScript = (piece: Buffer): boolean =>
  /\$7\r\nevalsha\r\n/i.test(piece.toString('latin1', 0, 64));
