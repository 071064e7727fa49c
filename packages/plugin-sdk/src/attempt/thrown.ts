/** Fields of a thrown value that have the type they should. */
export interface Thrown {
  name: string;
  message: string;
  code?: string;
  retryAfterMs?: number;
}

/**
 * Reads a thrown value, which may be anything: a text, an object without a prototype, or an error whose fields throw when
 * they are read or hold other types than they should. Never throws.
 */
export function readThrown(value: unknown): Thrown {
  if (typeof value !== 'object' || value === null) return { name: '', message: textOf(value) };
  const [name, message, code, retryAfterMs] = ['name', 'message', 'code', 'retryAfterMs'].map((field) =>
    readField(value, field),
  );
  return {
    name: typeof name === 'string' ? name : '',
    message: message === undefined ? textOf(value) : textOf(message),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof retryAfterMs === 'number' && retryAfterMs >= 0 ? { retryAfterMs } : {}),
  };
}

/** A field of a value that may throw when it is read; undefined then. */
export function readField(value: object, field: string): unknown {
  try {
    return (value as Record<string, unknown>)[field];
  } catch {
    return undefined;
  }
}

/** A text for any value. Never throws. */
export function textOf(value: unknown): string {
  try {
    if (typeof value === 'string') return value;
    if (typeof value === 'object') return JSON.stringify(value) ?? '';
    return typeof value === 'undefined' ? 'undefined' : (value as number | symbol).toString();
  } catch {
    return 'The value cannot be shown.';
  }
}
