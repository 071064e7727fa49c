import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

import { METADATA_PATH } from '../http/mcp-challenge.ts';
import { requireOwnOrigin } from '../http/origin.ts';
import { publicUrl } from '../http/public-url.ts';

/** RFC 9728. There is no authorization server: tokens and keys come from `/api/auth`. */
const Metadata = z.object({
  resource: z.url(),
  resource_name: z.string(),
  scopes_supported: z.array(z.string()),
  bearer_methods_supported: z.array(z.string()),
});

const protectedResource: FastifyPluginAsyncZod = async (app) => {
  app.route({
    method: 'GET',
    url: METADATA_PATH,
    config: { access: 'public', ownership: 'shared' },
    onRequest: async (request) => requireOwnOrigin(request, app.deps.config),
    schema: {
      summary: 'OAuth protected resource metadata of POST /mcp (RFC 9728)',
      tags: ['mcp'],
      response: { 200: Metadata },
    },
    handler: async (request) => ({
      resource: `${publicUrl(app.deps.config, request)}/mcp`,
      resource_name: 'MCP server',
      scopes_supported: ['mcp'],
      bearer_methods_supported: ['header'],
    }),
  });
};

export default protectedResource;
