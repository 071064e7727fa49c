import { z } from 'zod';

/** Some clients send null or an empty list for omitted values. */
const isLeftOut = (value: unknown): boolean => value === null || (Array.isArray(value) && value.length === 0);

const cursor = z.string().optional();
const Page = z.looseObject({ cursor });
const Named = z.looseObject({ name: z.string() });

/** Parameters that this server reads, by method; the library checks the rest. */
const PARAMS: Record<string, z.ZodType> = {
  'tools/list': Page,
  'resources/list': Page,
  'resources/templates/list': Page,
  'prompts/list': Page,
  'tools/call': Named.extend({ arguments: z.record(z.string(), z.unknown()).optional() }),
  'prompts/get': Named.extend({ arguments: z.record(z.string(), z.string()).optional() }),
  'resources/read': z.looseObject({ uri: z.string() }),
  'completion/complete': z.looseObject({
    ref: z.looseObject({ type: z.string() }),
    argument: z.looseObject({ name: z.string(), value: z.string() }),
  }),
};

/** Removes the parameters of a JSON-RPC message that count as omitted. */
export function withoutEmptyParams(message: unknown): unknown {
  if (typeof message !== 'object' || message === null || !('params' in message)) return message;
  const { params, ...rest } = message;
  if (isLeftOut(params)) return rest;
  if (typeof params !== 'object' || params === null || Array.isArray(params)) return message;
  const entries = Object.entries(params).filter(
    ([name, value]) => !((name === 'arguments' || name === 'cursor') && isLeftOut(value)),
  );
  return { ...rest, params: Object.fromEntries(entries) };
}

/** Describes what is wrong with the parameters of a message, and where; undefined if they are valid. */
export function findParamProblem(message: unknown): string | undefined {
  const { method, params = {} } = (message ?? {}) as { method?: unknown; params?: unknown };
  const schema =
    typeof method === 'string' && Object.hasOwn(PARAMS, method) ? PARAMS[method] : z.looseObject({});
  const { error } = schema?.safeParse(params) ?? {};
  return error?.issues
    .map(({ path, message: reason }) => `${['params', ...path].join('.')}: ${reason}`)
    .join('; ');
}
