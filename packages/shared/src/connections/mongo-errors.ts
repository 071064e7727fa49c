/** MongoDB's code of a duplicate key. */
const DUPLICATE_KEY = 11_000;

interface ServerError extends Error {
  code?: number;
  keyPattern?: Record<string, unknown>;
}

/** True when the write violated a unique index that contains `field`. */
export function isDuplicateKey(error: unknown, field: string): boolean {
  if (!(error instanceof Error)) return false;
  const { code, keyPattern } = error as ServerError;
  return code === DUPLICATE_KEY && keyPattern !== undefined && field in keyPattern;
}

const AWAY = new Set([
  'MongoNetworkError',
  'MongoNetworkTimeoutError',
  'MongoServerSelectionError',
  'MongoPoolClearedError',
  'MongoPoolClosedError',
  'PoolClearedOnNetworkError',
  'MongoWaitQueueTimeoutError',
  'MongoTopologyClosedError',
  'MongoNotConnectedError',
  'MongoServerClosedError',
  'MongoOperationTimeoutError',
  'MongoWriteConcernError',
  'MongooseServerSelectionError',
  'DisconnectedError',
]);

/** Codes with which a server says that it is going away or coming up (the driver's retryable and state-change codes). */
const AWAY_CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10_107, 11_600, 11_602, 13_435, 13_436]);

/** Socket errors when the other end is gone: the driver passes them on unwrapped when a write meets them first. */
const AWAY_SYSTEM_CODES = new Set(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH']);

/** True for failures that say "the database is away", as opposed to "the database refused this". */
export function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (AWAY.has(error.name) || AWAY_CODES.has((error as ServerError).code ?? -1)) return true;
  const { syscall, code } = error as NodeJS.ErrnoException;
  if (syscall !== undefined && code !== undefined && AWAY_SYSTEM_CODES.has(code)) return true;
  // mongoose reports it by its message only.
  return (
    error.name === 'MongooseError' &&
    /initial connection|not connected|buffering timed out/i.test(error.message)
  );
}

const NEVER_SENT = new Set([
  'MongoServerSelectionError',
  'MongooseServerSelectionError',
  'MongoNotConnectedError',
  'MongoWaitQueueTimeoutError',
  'MongooseError',
]);

/** True when the command cannot have reached a server: the write did not happen. */
export function isNeverSent(error: unknown): boolean {
  return error instanceof Error && NEVER_SENT.has(error.name);
}

/** MongoDB's code of a write conflict or a deadlock; nothing was written, and a repeat may succeed. */
const WRITE_CONFLICT = 112;

export function isWriteConflict(error: unknown): boolean {
  return error instanceof Error && (error as ServerError).code === WRITE_CONFLICT;
}
