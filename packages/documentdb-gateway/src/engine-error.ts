import { CommandError, ERROR_CODES, type ErrorName } from './command-error.ts';

/** MongoDB's errors by the engine's SQLSTATE. Other states that start with M are errors in an expression: BadValue. */
const NAME_BY_SQLSTATE: Readonly<Record<string, ErrorName>> = {
  M0000: 'InternalError',
  M0001: 'BadValue',
  M0002: 'GraphContainsCycle',
  M0003: 'FailedToParse',
  M0004: 'TypeMismatch',
  M0005: 'Overflow',
  M0006: 'IllegalOperation',
  M0008: 'NamespaceNotFound',
  M0009: 'IndexNotFound',
  M000A: 'PathNotViable',
  M000C: 'CannotBackfillArray',
  M000D: 'ConflictingUpdateOperators',
  M000E: 'CursorNotFound',
  M000F: 'NamespaceExists',
  M000G: 'DollarPrefixedFieldName',
  M000I: 'NotSingleValueField',
  M000J: 'EmptyFieldName',
  M000K: 'DottedFieldName',
  M000M: 'ImmutableField',
  M000N: 'CannotCreateIndex',
  M000O: 'IndexAlreadyExists',
  M000P: 'InvalidOptions',
  M000Q: 'InvalidNamespace',
  M000R: 'IndexOptionsConflict',
  M000S: 'IndexKeySpecsConflict',
  M000U: 'CommandNotSupported',
  M000W: 'ExceededMemoryLimit',
  M0012: 'InvalidIndexSpecificationOption',
  M0015: 'ConversionFailure',
  M001B: 'BSONObjectTooLarge',
  M001C: 'DuplicateKey',
  M003A: 'DocumentAfterUpdateTooLarge',
  M003B: 'DocumentToUpsertTooLarge',
  M00CO: 'DocumentValidationFailure',
  M00DO: 'InvalidLength',
  M00ER: 'Unauthorized',
  M00EW: 'LockTimeout',
  M00EX: 'MaxTimeMSExpired',
  M00EY: 'CommandNotFound',
  M00F1: 'WriteConflict',
  M00F2: 'ConflictingOperationInProgress',
  // PostgreSQL's own states.
  '23505': 'DuplicateKey',
  '23P01': 'DuplicateKey',
  '40001': 'WriteConflict',
  '40P01': 'WriteConflict',
  '53100': 'OutOfDiskSpace',
  '54000': 'BSONObjectTooLarge',
  '55P03': 'LockTimeout',
  '57014': 'MaxTimeMSExpired',
};

/** Deadlock or serialization failure: PostgreSQL rolled back the whole statement, so that it can be rerun. */
const UNDONE_BY_A_RACE = new Set(['40001', '40P01']);

/** PostgreSQL is shutting down or starting; the connection is unusable. */
const SHUTTING_DOWN = new Set(['57P01', '57P02', '57P03']);

/**
 * The engine runs some statements in a second session of its own. When PostgreSQL dies, that one may end first, and its
 * client library's words are the last that the first one passes on.
 */
const INNER_SESSION_LOST = /^server closed the connection unexpectedly/;
const CONNECTION_EXCEPTION = /^08/;

/** Two sessions created the same collection or index, and the other one won. */
const LOST_CREATE_RACE = new Set(['23505', '42P07', '42710', 'XX000', '40001', '40P01', 'M00F2']);

interface SqlError extends Error {
  readonly code: string;
  readonly detail?: string;
}

function isSqlError(error: unknown): error is SqlError {
  return error instanceof Error && 'severity' in error && 'code' in error && typeof error.code === 'string';
}

export function isUndoneByRace(error: unknown): boolean {
  return isSqlError(error) && UNDONE_BY_A_RACE.has(error.code);
}

export function isLostCreateRace(error: unknown): boolean {
  return isSqlError(error) && LOST_CREATE_RACE.has(error.code);
}

/** Whether the session ended during its statement, because PostgreSQL died or is shutting down. */
export function isSessionLost(error: unknown): boolean {
  if (!isSqlError(error) || SHUTTING_DOWN.has(error.code)) return true;
  return CONNECTION_EXCEPTION.test(error.code) || INNER_SESSION_LOST.test(error.message);
}

export function toCommandError(error: unknown): CommandError {
  if (error instanceof CommandError) return error;
  if (isSqlError(error)) return new CommandError(errorName(error.code), error.message, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new CommandError('InternalError', message, { cause: error });
}

function errorName(sqlState: string): ErrorName {
  return NAME_BY_SQLSTATE[sqlState] ?? (sqlState.startsWith('M') ? 'BadValue' : 'InternalError');
}

/** MongoDB's code for the packed SQLSTATE of a write error: five characters of six bits each, counted from '0'. */
export function codeFromPackedState(packed: number): number {
  let sqlState = '';
  for (let shift = 0; shift < 30; shift += 6)
    sqlState += String.fromCharCode(((packed >> shift) & 0x3f) + 0x30);
  return ERROR_CODES[errorName(sqlState)];
}
