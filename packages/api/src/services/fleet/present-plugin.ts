import {
  Annotations,
  CachePolicy,
  CataloguePrompt,
  CatalogueResource,
  type JsonValue,
  JsonValue as JsonSchema,
  type KnownPlugin,
  RetryPolicy,
  ToolPolicy,
  Unreadable,
  unreadableOf,
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
  isListed: z
    .boolean()
    .describe('False after no worker had it for `PLUGIN_GRACE_SECONDS`: its tools are not offered'),
  versions: z
    .array(
      z.object({
        version: z.string(),
        pool: z.string(),
        isAlive: z.boolean(),
        unseenMs: z.int().describe('Milliseconds since a worker last published it'),
      }),
    )
    .describe('All published versions, newest first; the living ones judge payloads'),
  actions: z.array(
    z.object({
      name: z.string(),
      version: z.string().describe('Version that describes it here'),
      isServed: z.boolean().describe('A living worker has it'),
      title: z.string(),
      description: z.string(),
      inputSchema: JsonSchema,
      outputSchema: JsonSchema,
      timeoutMs: z.int(),
      retry: RetryPolicy,
      annotations: Annotations,
      cache: CachePolicy.optional().describe(
        'Its results are used again: for how long, and for other users too',
      ),
      /** Tool name, if it is not `plugin__action`. */
      publicName: z.string().optional(),
      /** False for actions that only back a resource or a prompt. */
      isTool: z.boolean(),
      tool: ToolPolicy,
    }),
  ),
  resources: z.array(CatalogueResource),
  prompts: z.array(CataloguePrompt),
  unreadable: Unreadable,
});
export type PluginView = z.infer<typeof PluginView>;

export function presentPlugin({
  plugin,
  isAlive,
  isListed,
  versions,
  actions,
  resources,
  prompts,
}: KnownPlugin): PluginView {
  const { id, version, title, description, pool } = plugin;
  return {
    id,
    version,
    title,
    description,
    pool,
    isAlive,
    isListed,
    versions: versions.map((version) => ({ ...version, unseenMs: Math.max(0, version.unseenMs) })),
    actions: [...actions.values()].map(({ action, plugin: publisher, isServed }) => ({
      name: action.name,
      version: publisher.version,
      isServed,
      title: action.title,
      description: action.description,
      inputSchema: JSON.parse(action.inputSchema) as JsonValue,
      outputSchema: JSON.parse(action.outputSchema) as JsonValue,
      timeoutMs: action.timeoutMs,
      retry: action.retry,
      annotations: action.annotations,
      cache: action.cache,
      publicName: action.publicName,
      isTool: action.isTool,
      tool: action.tool,
    })),
    resources: [...resources],
    prompts: [...prompts],
    ...unreadableOf(plugin),
  };
}
