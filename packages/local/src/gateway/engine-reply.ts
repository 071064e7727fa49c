import { CommandError } from './command-error.ts';
import type { SqlValue } from './sql-connection.ts';

/** The BSON document in the first column of the only row. */
export function bsonColumn(rows: SqlValue[][], column = 0): Buffer {
  const value = rows[0]?.[column];
  if (!Buffer.isBuffer(value))
    throw new CommandError('InternalError', 'the engine answered without a document');
  return value;
}

/** A nullable BSON column of the only row. */
export function optionalBsonColumn(rows: SqlValue[][], column: number): Buffer | undefined {
  const value = rows[0]?.[column];
  return Buffer.isBuffer(value) ? value : undefined;
}
