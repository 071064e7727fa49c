import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

const Dependency = z.object({ state: z.enum(['up', 'down']), latencyMs: z.number().optional() });
const Readiness = z.object({
  status: z.enum(['ready', 'degraded', 'unavailable', 'closing']),
  mongodb: Dependency,
  redis: Dependency,
});

const TAGS = ['health'];

const health: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      config: { access: 'public', ownership: 'shared', anyHost: true },
      schema: {
        summary: 'Liveness',
        tags: TAGS,
        response: { 200: z.object({ ok: z.literal(true) }) },
      },
    },
    async () => ({ ok: true as const }),
  );

  app.get(
    '/ready',
    {
      config: { access: 'public', ownership: 'shared', anyHost: true },
      schema: {
        summary: 'Readiness',
        description: '`degraded`: Redis is unavailable; work is accepted and delivered later.',
        tags: TAGS,
        response: { 200: Readiness, 503: Readiness },
      },
    },
    async (_request, reply) => {
      const report = await app.deps.readiness.check();
      const isReady = report.status === 'ready' || report.status === 'degraded';
      return reply.code(isReady ? 200 : 503).send(report);
    },
  );
};

export default health;
