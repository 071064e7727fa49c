import {
  Annotations,
  CataloguePrompt,
  CatalogueResource,
  type JsonValue,
  JsonValue as JsonSchema,
  type KnownPlugin,
  RetryPolicy,
  ToolPolicy,
} from '@mcp-server/shared';
import { z } from 'zod';

/** A plugin as the API shows it. Schemas are JSON Schema 2020-12. */
export const PluginView = z.object({
  id: z.string(),
  version: z.string(),
  title: z.string(),
  description: z.string(),
  pool: z.string(),
  /** A worker that can run it was seen recently; otherwise its work waits. */
  isAlive: z.boolean(),
  actions: z.array(
    z.object({
      name: z.string(),
      title: z.string(),
      description: z.string(),
      inputSchema: JsonSchema,
      outputSchema: JsonSchema,
      timeoutMs: z.int(),
      retry: RetryPolicy,
      annotations: Annotations,
      /** Tool name, if it is not `plugin__action`. */
      publicName: z.string().optional(),
      /** False for actions that only back a resource or a prompt. */
      isTool: z.boolean(),
      tool: ToolPolicy,
    }),
  ),
  resources: z.array(CatalogueResource),
  prompts: z.array(CataloguePrompt),
});
export type PluginView = z.infer<typeof PluginView>;

export function presentPlugin({ plugin, isAlive, actions, resources, prompts }: KnownPlugin): PluginView {
  const { id, version, title, description, pool } = plugin;
  return {
    id,
    version,
    title,
    description,
    pool,
    isAlive,
    actions: [...actions.values()].map(({ action }) => ({
      name: action.name,
      title: action.title,
      description: action.description,
      inputSchema: JSON.parse(action.inputSchema) as JsonValue,
      outputSchema: JSON.parse(action.outputSchema) as JsonValue,
      timeoutMs: action.timeoutMs,
      retry: action.retry,
      annotations: action.annotations,
      publicName: action.publicName,
      isTool: action.isTool,
      tool: action.tool,
    })),
    resources: [...resources],
    prompts: [...prompts],
  };
}
