import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { requireScraper } from '../../http/metrics-guard.ts';
import { problems } from '../../http/responses.ts';
import { MetricsReport, reportMetrics, writeMetrics } from '../../services/metrics/report.ts';

/** Sent by Prometheus, not by browsers or curl. */
const PROMETHEUS = /text\/plain|openmetrics-text/;

const metrics: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '',
    {
      // Not for accounts: guarded by address or token.
      config: { access: 'public', ownership: 'shared' },
      onRequest: async (request) => requireScraper(request, app.deps.config.METRICS_TOKEN),
      schema: {
        summary: 'Metrics, for scrapers on this machine or with METRICS_TOKEN',
        description: 'JSON by default; Prometheus text with `format=txt` or if `Accept` requests it.',
        tags: ['health'],
        querystring: z.strictObject({ format: z.enum(['json', 'txt']).optional() }),
        response: {
          200: {
            description: 'Metrics',
            content: { 'application/json': { schema: MetricsReport }, 'text/plain': { schema: z.string() } },
          },
          ...problems(401),
        },
      },
    },
    async ({ query, headers }, reply) => {
      reply.header('cache-control', 'no-store');
      const isText = query.format === 'txt' || (!query.format && PROMETHEUS.test(headers.accept ?? ''));
      if (!isText) return reply.type('application/json').send(await reportMetrics(app.deps));
      return reply.type(app.deps.metrics.registry.contentType).send(await writeMetrics(app.deps));
    },
  );
};

export default metrics;
