import { type Idempotency, IdempotencyKey, type JsonValue } from '@mcp-server/shared';
import { ProtocolError, ProtocolErrorCode, type ServerContext } from '@modelcontextprotocol/server';

import { toIdempotency } from '../services/body-hash.ts';
import type { Exchange } from './exchange.ts';
import { IDEMPOTENCY_META } from './names.ts';

const refuse = (message: string) => new ProtocolError(ProtocolErrorCode.InvalidParams, message);

/** Reads the idempotency key of a call, from the header or `_meta`. @throws {ProtocolError} */
export function readIdempotency(
  { idempotencyKey }: Pick<Exchange, 'idempotencyKey'>,
  { mcpReq }: ServerContext,
  work: { plugin: string; action: string; payload: JsonValue },
): Idempotency | undefined {
  const inMeta = mcpReq._meta?.[IDEMPOTENCY_META];
  if (idempotencyKey !== undefined && inMeta !== undefined && idempotencyKey !== inMeta)
    throw refuse(`Idempotency-Key and _meta["${IDEMPOTENCY_META}"] differ.`);
  const rawKey = idempotencyKey ?? inMeta;
  if (rawKey === undefined) return undefined;
  const { success, data: key } = IdempotencyKey.safeParse(rawKey);
  if (!success) throw refuse('The idempotency key must be 1 to 128 printable characters.');
  return toIdempotency(key, { method: 'POST', path: '/mcp', body: work });
}
