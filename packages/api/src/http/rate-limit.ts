import { errors, retryLater } from '@mcp-server/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { clientNetwork } from '../services/accounts/client-network.ts';
import type { Principal } from '../services/principal.ts';

/** Probes must see the state of the process, not of a limit. */
const isProbe = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.url?.startsWith('/health') === true;

/** Counts a request of an unauthenticated caller. @throws {errors.TooManyRequests} */
export async function limitByAddress(app: FastifyInstance, request: FastifyRequest): Promise<void> {
  if (!isProbe(request)) await take(app, `address:${clientNetwork(request.ip)}`);
}

/** Counts a request of a user, by any session or key: a key gives no extra allowance. */
export const limitByUser = (app: FastifyInstance, { userId }: Principal): Promise<void> =>
  take(app, `user:${userId}`);

async function take(app: FastifyInstance, key: string): Promise<void> {
  const result = await app.deps.requestLimit.take(key);
  if (!result.isAllowed) throw retryLater(new errors.TooManyRequests('requests'), result.retryAfterSeconds);
}
