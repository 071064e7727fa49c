import type { Tool } from '@modelcontextprotocol/server';

type ObjectSchema = Tool['inputSchema'];
type JsonObject = Record<string, unknown>;

/** Output of a call that did not end within its wait; `task_get` takes the id. */
const FOLLOW_UP = {
  type: 'object',
  title: 'Still running',
  description: 'The call did not end within its wait. Call task_get with the taskId.',
  properties: {
    taskId: { type: 'string' },
    status: { enum: ['working', 'input_required'] },
    pollAfterMs: { type: 'integer' },
    reason: {
      type: 'object',
      description: 'Why it does not start: no living worker has the tool.',
      properties: { code: { type: 'string' }, text: { type: 'string' } },
      required: ['code', 'text'],
    },
  },
  required: ['taskId', 'status', 'pollAfterMs'],
};

/** Converts an input schema. Undefined if no arguments, which are always an object, can match it. */
export function toInputSchema(text: string): ObjectSchema | undefined {
  const schema = JSON.parse(text) as JsonObject;
  if (schema.type === undefined) return { ...schema, type: 'object' };
  return schema.type === 'object' ? (schema as ObjectSchema) : undefined;
}

/**
 * Builds the schema of `structuredContent`: the result, or, where the call may not end within its wait, how to follow
 * up. Clients validate results against it. Undefined for results that are not objects and for schemas that refer to
 * their own root, which cannot be nested in another one.
 */
export function toOutputSchema(
  text: string,
  { mayFollowUp }: { mayFollowUp: boolean },
): ObjectSchema | undefined {
  const { $schema, $defs, ...schema } = JSON.parse(text) as JsonObject;
  if (schema.type !== 'object') return undefined;
  const shared = { ...($schema === undefined ? {} : { $schema }), ...($defs === undefined ? {} : { $defs }) };
  if (!mayFollowUp) return { ...shared, ...schema } as ObjectSchema;
  if (/"\$ref":\s*"#(?!\/\$defs\/)/.test(text)) return undefined;
  return { ...shared, type: 'object', anyOf: [schema, FOLLOW_UP] };
}
