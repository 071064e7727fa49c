import { errors, retryLater } from '@mcp-server/shared';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { clientNetwork } from '../services/accounts/client-network.ts';
import type { Principal } from '../services/principal.ts';

/** Probes come at their own pace and must see the state of the process, not of a limit. */
const isProbe = ({ routeOptions }: FastifyRequest): boolean =>
  routeOptions.url?.startsWith('/health') === true;

/** Counts a request of somebody without a name. @throws {errors.TooManyRequests} */
export async function limitByAddress(app: FastifyInstance, request: FastifyRequest): Promise<void> {
  if (!isProbe(request)) await take(app, `address:${clientNetwork(request.ip)}`);
}

/** Counts a request of a user, whichever session or key made it: a key gives no second allowance. */
export const limitByUser = (app: FastifyInstance, { userId }: Principal): Promise<void> =>
  take(app, `user:${userId}`);

async function take(app: FastifyInstance, key: string): Promise<void> {
  const taken = await app.deps.requestLimit.take(key);
  if (!taken.isAllowed) throw retryLater(new errors.TooManyRequests('requests'), taken.retryAfterSeconds);
}
