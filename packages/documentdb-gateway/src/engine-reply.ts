import { CommandError } from './command-error.ts';
import type { SqlValue } from './sql-connection.ts';

/** The BSON document in the first column of the only row. */
export function bsonColumn(rows: SqlValue[][], column = 0): Buffer {
  const value = rows[0]?.[column];
  if (!Buffer.isBuffer(value))
    throw new CommandError('InternalError', 'the engine answered without a document');
  return value;
}

/** The BSON document of a procedure, whose results cannot be cast and so arrive as text. */
export function bsonTextColumn(rows: SqlValue[][], column = 0): Buffer {
  const hex = /^BSONHEX([0-9a-f]+)$/.exec(String(rows[0]?.[column]))?.[1];
  if (hex === undefined) throw new CommandError('InternalError', 'the engine answered without a document');
  return Buffer.from(hex, 'hex');
}

/** A nullable BSON column of the only row. */
export function optionalBsonColumn(rows: SqlValue[][], column: number): Buffer | undefined {
  const value = rows[0]?.[column];
  return Buffer.isBuffer(value) ? value : undefined;
}
