import { serialize, type Document } from 'bson';

/** Codes of MongoDB that the gateway returns, by name. */
export const ERROR_CODES = {
  InternalError: 1,
  BadValue: 2,
  GraphContainsCycle: 5,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  AuthenticationFailed: 18,
  IllegalOperation: 20,
  LockTimeout: 24,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  CannotBackfillArray: 34,
  ConflictingUpdateOperators: 40,
  CursorNotFound: 43,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  DollarPrefixedFieldName: 52,
  NotSingleValueField: 54,
  EmptyFieldName: 56,
  DottedFieldName: 57,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotCreateIndex: 67,
  IndexAlreadyExists: 68,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  ShutdownInProgress: 91,
  WriteConflict: 112,
  CommandNotSupported: 115,
  ConflictingOperationInProgress: 117,
  DocumentValidationFailure: 121,
  CursorInUse: 143,
  ExceededMemoryLimit: 146,
  InvalidIndexSpecificationOption: 197,
  ConversionFailure: 241,
  BSONObjectTooLarge: 10334,
  DuplicateKey: 11000,
  OutOfDiskSpace: 14031,
  DocumentAfterUpdateTooLarge: 17419,
  DocumentToUpsertTooLarge: 17420,
} as const;

export type ErrorName = keyof typeof ERROR_CODES;

/** Failure of a command, reported as `{ok: 0, errmsg, code, codeName}` plus the code's own fields. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly codeName: ErrorName;
  readonly details: Document;

  constructor(codeName: ErrorName, message: string, options: { details?: Document; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.codeName = codeName;
    this.details = options.details ?? {};
  }

  get code(): number {
    return ERROR_CODES[this.codeName];
  }

  toReply(): Uint8Array {
    return serialize({
      ok: 0,
      errmsg: this.message,
      code: this.code,
      codeName: this.codeName,
      ...this.details,
    });
  }
}
