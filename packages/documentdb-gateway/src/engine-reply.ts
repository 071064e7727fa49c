import { CommandError } from './command-error.ts';
import type { SqlValue } from './statement.ts';

/** BSON document in a column of the only row. */
export function bsonColumn(rows: SqlValue[][], column = 0): Buffer {
  const value = rows[0]?.[column];
  if (!Buffer.isBuffer(value)) throw new CommandError('InternalError', 'the engine returned no document');
  return value;
}

/** BSON document returned by a procedure, whose results cannot be cast and arrive as text. */
export function bsonTextColumn(rows: SqlValue[][], column = 0): Buffer {
  const hex = /^BSONHEX([0-9a-f]+)$/.exec(String(rows[0]?.[column]))?.[1];
  if (hex === undefined) throw new CommandError('InternalError', 'the engine returned no document');
  return Buffer.from(hex, 'hex');
}

/** BSON document in a nullable column of the only row. */
export function optionalBsonColumn(rows: SqlValue[][], column: number): Buffer | undefined {
  const value = rows[0]?.[column];
  return Buffer.isBuffer(value) ? value : undefined;
}
