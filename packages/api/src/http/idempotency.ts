import { IdempotencyKey } from '@mcp-server/shared';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';

/** Headers of a POST that creates work. Other headers pass through. */
export const IdempotencyHeaders = z.looseObject({
  'idempotency-key': IdempotencyKey.optional().describe(
    'The same key with the same body creates the work once; with another body the request is refused with 409.',
  ),
});

/** Marks the response as that of an earlier request with the same key. */
export function markRepeat(reply: FastifyReply, isRepeat: boolean): void {
  if (isRepeat) reply.header('idempotent-replayed', 'true');
}
