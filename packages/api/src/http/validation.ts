import { errors, type Pointed, pointedAt } from '@mcp-server/shared';
import type { FastifySchemaCompiler } from 'fastify';
import type { z } from 'zod';

/** Validates with zod and points to every invalid part of the request. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> =
  ({ schema, httpPart }) =>
  (input) => {
    const parsed = schema.safeParse(input);
    if (parsed.success) return { value: parsed.data };
    const pointers = parsed.error.issues.flatMap((issue) => toPointers(issue, httpPart));
    return { error: pointedAt(new errors.InvalidRequest(), pointers) };
  };

/** Prefixes of names outside the body, where RFC 6901 pointers do not apply. */
const PREFIX: Record<string, string> = { querystring: '?', params: ':', headers: 'header:' };

function toPointers(issue: z.core.$ZodIssue, httpPart: string | undefined): Pointed['pointers'] {
  const places =
    issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  const detail = issue.code === 'unrecognized_keys' ? 'is not a known field' : issue.message;
  const prefix = PREFIX[httpPart ?? 'body'];
  return places.map((path) => ({
    pointer: prefix ? `${prefix}${path.join('.')}` : path.map(toToken).join(''),
    detail,
  }));
}

const toToken = (key: PropertyKey): string => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
