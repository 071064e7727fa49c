import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** What a browser may show to the page that asked. */
const EXPOSED = ['location', 'retry-after', 'x-request-id', 'idempotent-replayed'];
const MAX_AGE_SECONDS = 600;

/** Headers for browsers. Answers are data, so nothing in them may load or run; pages set a policy of their own. */
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
    // The answers are for other origins as soon as CORS_ORIGIN names some; CORS decides which.
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
  // Answers are somebody's own, tokens among them: nothing on the way keeps one unless its route says so.
  app.addHook('onSend', async (_request, reply) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
}
