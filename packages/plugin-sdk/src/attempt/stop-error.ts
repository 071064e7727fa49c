/** Reason for stopping an attempt. */
export type StopReason = 'cancel' | 'timeout' | 'shutdown' | 'lease_lost' | 'input_required';

/** Reason of the abort signal, as the action sees it. */
export class StopError extends Error {
  override name = 'AbortError';
  readonly reason: StopReason;
  constructor(reason: StopReason) {
    super(`stopped: ${reason}`);
    this.reason = reason;
  }
}

/** True for a StopError. What an action throws may be anything, even a proxy that refuses the question. */
export function isStopError(value: unknown): value is StopError {
  try {
    return value instanceof StopError;
  } catch {
    return false;
  }
}
