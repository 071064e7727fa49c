import { z } from 'zod';

import { OnCrash, RetryPolicy } from './policy.ts';
import { Slug } from './primitives.ts';

/** Hints for people and models about what an action does to the world. */
export const Annotations = z.object({
  readOnly: z.boolean().optional(),
  destructive: z.boolean().optional(),
  idempotent: z.boolean().optional(),
  openWorld: z.boolean().optional(),
});
export type Annotations = z.infer<typeof Annotations>;

/** How an action behaves as a tool of the Model Context Protocol. See docs/mcp.md. */
export const ToolPolicy = z.strictObject({
  /** `auto`: an mcpTask for calls that are usually long or turn out to be; `required`: refused without the extension. */
  asTask: z.enum(['auto', 'always', 'required', 'never']).default('auto'),
  /** What it asks for is asked on the call itself, before the call becomes an mcpTask. */
  inputFirst: z.boolean().default(false),
  /** What a client that goes away in the middle of a call means. */
  onDisconnect: z.enum(['cancel', 'keep']).default('cancel'),
});
export type ToolPolicy = z.infer<typeof ToolPolicy>;

/** A name in the protocol. No double underscore: that is how `plugin__action` is told from it. */
export const PublicName = z
  .string()
  .regex(/^(?!.*__)[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of letters, digits, - and single _');

/** An action as published by workers. Schemas are JSON Schema 2020-12 as JSON text. */
export const CatalogueAction = z.object({
  name: Slug,
  publicName: PublicName.optional(),
  /** False for what only carries out a resource or a prompt. */
  isTool: z.boolean(),
  tool: ToolPolicy,
  title: z.string().max(200),
  description: z.string().max(5_000),
  inputSchema: z.string(),
  outputSchema: z.string(),
  timeoutMs: z.int(),
  retry: RetryPolicy,
  onCrash: OnCrash,
  annotations: Annotations,
});
export type CatalogueAction = z.infer<typeof CatalogueAction>;

/** Something to read, by a fixed URI or by a template (RFC 6570, level 1). */
export const CatalogueResource = z.object({
  name: PublicName,
  uri: z.string().max(500),
  isTemplate: z.boolean(),
  title: z.string().max(200),
  description: z.string().max(5_000),
  mimeType: z.string().max(200).optional(),
  /** Carries it out; its payload is `{uri, variables}`. */
  action: Slug,
});
export type CatalogueResource = z.infer<typeof CatalogueResource>;

/** Messages to start from. Arguments are texts; `completions` are offered while one is typed. */
export const CataloguePrompt = z.object({
  name: PublicName,
  title: z.string().max(200),
  description: z.string().max(5_000),
  arguments: z.array(
    z.object({
      name: PublicName,
      description: z.string().max(1_000),
      required: z.boolean(),
      completions: z.array(z.string().max(200)).max(1_000),
    }),
  ),
  /** Carries it out; its payload is the arguments. */
  action: Slug,
});
export type CataloguePrompt = z.infer<typeof CataloguePrompt>;

/** A plugin version as stored in `plugins`; `_id` is `<id>@<version>`. */
export const PluginRecord = z.object({
  _id: z.string(),
  id: Slug,
  version: z.string(),
  pool: Slug,
  title: z.string().max(200),
  description: z.string().max(5_000),
  actions: z.array(CatalogueAction),
  resources: z.array(CatalogueResource),
  prompts: z.array(CataloguePrompt),
  /** SHA-256 of the published content, hex. */
  hash: z.string(),
  publishedBy: z.string(),
  /** Database clock; a plugin that no worker refreshed lately has no living worker. */
  seenAt: z.date(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type PluginRecord = z.infer<typeof PluginRecord>;
