import { createHash } from 'node:crypto';

import { canonicalJson, type Idempotency } from '@mcp-server/shared';

/** Builds an idempotency key: the same method, path and body give the same hash, whatever the order of keys. */
export function toIdempotency(
  key: string | undefined,
  request: { method: string; path: string; body: unknown },
): Idempotency | undefined {
  if (key === undefined) return undefined;
  const text = `${request.method} ${request.path}\n${canonicalJson(request.body)}`;
  return { idempotencyKey: key, bodyHash: createHash('sha256').update(text).digest('hex') };
}
