import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** Response headers that a browser may show to the page that asked. */
const EXPOSED = [
  'location',
  'retry-after',
  'x-request-id',
  'idempotent-replayed',
  'www-authenticate',
  'allow',
  'mcp-session-id',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
];
const MAX_AGE_SECONDS = 600;

/** Sets security headers for browsers. Responses are data, so nothing in them may run; pages set their own policy. */
export async function protectBrowsers(app: FastifyInstance): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        frameAncestors: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
      },
    },
    // CORS decides which origins may read a response; this header would block all of them.
    crossOriginResourcePolicy: { policy: 'cross-origin' },
  });
  await app.register(cors, {
    origin: [...app.deps.config.CORS_ORIGIN],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: MAX_AGE_SECONDS,
    strictPreflight: false,
    hideOptionsRoute: true,
  });
  // Responses are private to the caller and may contain tokens, so caches must not keep them unless the route allows it.
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}
