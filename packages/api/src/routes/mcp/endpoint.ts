import { errors } from '@mcp-server/shared';
import { toWebRequest } from '@modelcontextprotocol/node';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { disconnectSignal } from '../../http/disconnect-signal.ts';
import { toHolder } from '../../http/holder.ts';
import { challenge } from '../../http/mcp-challenge.ts';
import { requireOwnOrigin } from '../../http/origin.ts';
import { problems } from '../../http/responses.ts';
import { acceptsBoth, BOTH_TYPES } from '../../mcp/http/accept.ts';
import { buildMcpEndpoint } from '../../mcp/http/endpoint.ts';
import { answerInJsonRpc } from '../../mcp/http/unreadable-body.ts';

const RIGHTS = { access: 'signed-in', scope: 'mcp', ownership: 'own' } as const;
/** Set by Fastify and Node themselves. */
const CONNECTION_HEADERS = new Set(['connection', 'transfer-encoding']);
const CREDENTIAL_HEADERS = new Set(['authorization', 'x-api-key', 'cookie']);

const endpoint: FastifyPluginAsyncZod = async (app) => {
  const mcp = buildMcpEndpoint(app.deps);
  app.addHook('onRequest', async (request) => requireOwnOrigin(request, app.deps.config));
  app.addHook('onSend', async (request, reply) => challenge(app.deps.config, request, reply));
  app.addHook('onClose', () => mcp.close());
  answerInJsonRpc(app);

  app.post(
    '',
    {
      config: RIGHTS,
      schema: {
        summary: 'Model Context Protocol (2026-07-28 and 2025-11-25)',
        description:
          'One JSON-RPC message per request. Responses are JSON, or server-sent events if they take long or carry ' +
          'progress. See docs/mcp.md.',
        tags: ['mcp'],
        body: z.unknown().describe('A JSON-RPC 2.0 request or notification'),
        response: {
          200: z.unknown().describe('A JSON-RPC 2.0 response'),
          202: z.unknown().describe('Notification accepted'),
          ...problems(413),
        },
      },
    },
    async (request, reply) => {
      const gone = disconnectSignal(reply);
      // A stream sent its headers before closing began; its idle keep-alive connection would delay it.
      reply.raw.once('finish', () => {
        if (app.deps.readiness.isClosing()) request.raw.socket.end();
      });
      const key = request.headers['idempotency-key'];
      const exchange = {
        ...(await toHolder(app, request)),
        requestId: request.id,
        idempotencyKey: typeof key === 'string' ? key : undefined,
        gone,
      };
      const web = await toWebRequest(withoutCredentials(request), request.body, { signal: gone });
      return send(reply, await mcp.respond(web, request.body, exchange));
    },
  );

  for (const method of ['GET', 'DELETE'] as const) {
    // Methods of earlier revisions, with sessions and streams; here nothing outlives its request.
    app.route({
      method,
      url: '',
      config: RIGHTS,
      schema: { hide: true },
      handler: async (_request, reply) => {
        reply.header('allow', 'POST');
        throw new errors.MethodNotAllowed(method);
      },
    });
  }
};

/** The library sees the caller but not the credential. */
function withoutCredentials({ raw }: FastifyRequest) {
  const headers = Object.fromEntries(
    Object.entries(raw.headers).filter(([name]) => !CREDENTIAL_HEADERS.has(name)),
  );
  if (acceptsBoth(raw.headers.accept)) headers['accept'] = BOTH_TYPES.join(', ');
  return { method: raw.method, url: raw.url, headers } as unknown as FastifyRequest['raw'];
}

async function send(reply: FastifyReply, response: Response): Promise<never> {
  reply.code(response.status);
  for (const [name, value] of response.headers) {
    if (!CONNECTION_HEADERS.has(name)) reply.header(name, value);
  }
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (!isStream) reply.header('cache-control', 'no-store');
  const body = isStream ? response.body : await response.text();
  return reply.send(body as never) as never;
}

export default endpoint;
