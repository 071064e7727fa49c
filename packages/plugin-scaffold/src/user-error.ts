/** A mistake of the caller; its message says what to do and is printed without a stack trace. */
export class UserError extends Error {
  override readonly name = 'UserError';
}
