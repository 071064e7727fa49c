/** A service cannot be started; the message says what to install or which variable to set. */
export class LocalServiceError extends Error {
  override readonly name = 'LocalServiceError';
}
