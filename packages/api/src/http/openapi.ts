import swagger from '@fastify/swagger';
import { JsonValue, Problem } from '@mcp-server/shared';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';

const DESCRIPTION =
  'Runs plugin actions as durable jobs. Errors are problem documents (RFC 9457) with a stable `code`.';

/** Builds the OpenAPI document from the schemas of the routes. */
export async function registerOpenapi(app: FastifyInstance): Promise<void> {
  // Named, because a recursive schema can only refer to itself by name.
  z.globalRegistry.add(JsonValue, { id: 'JsonValue' });
  z.globalRegistry.add(Problem, { id: 'Problem' });
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'MCP server', version: '0.1.0', description: DESCRIPTION },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
          apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (input) => withOptionalBodies(jsonSchemaTransformObject(input) as OpenApiDocument),
  });
}

interface OpenApiDocument {
  paths?: Record<string, Record<string, { requestBody?: RequestBody }>>;
}
interface RequestBody {
  required?: boolean;
  content: Record<string, { schema?: { type?: string; anyOf?: { type?: string }[] } }>;
}

/** Marks bodies that may be left out: the library calls every body required, also one whose schema allows null. */
function withOptionalBodies(document: OpenApiDocument): OpenApiDocument {
  const operations = Object.values(document.paths ?? {}).flatMap((path) => Object.values(path));
  for (const { requestBody } of operations) {
    if (!requestBody) continue;
    const schemas = Object.values(requestBody.content).map(({ schema }) => schema);
    requestBody.required = !schemas.some((schema) =>
      [schema, ...(schema?.anyOf ?? [])].some((option) => option?.type === 'null'),
    );
  }
  return document;
}
