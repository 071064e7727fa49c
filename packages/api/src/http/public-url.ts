import type { FastifyRequest } from 'fastify';

import type { Config } from '../config/config.ts';

/** Origin of this server as the client sees it: from the settings, because the next hop may be another proxy. */
export const publicUrl = (
  { PUBLIC_URL }: Pick<Config, 'PUBLIC_URL'>,
  { protocol, host }: Pick<FastifyRequest, 'protocol' | 'host'>,
): string => PUBLIC_URL ?? `${protocol}://${host}`;
