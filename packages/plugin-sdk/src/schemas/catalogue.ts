import { z } from 'zod';

import { CachePolicy, OnCrash, RetryPolicy } from './policy.ts';
import { Slug } from './slug.ts';

/** Hints for people and models about the effects of an action. */
export const Annotations = z.object({
  readOnly: z.boolean().optional(),
  destructive: z.boolean().optional(),
  idempotent: z.boolean().optional(),
  openWorld: z.boolean().optional(),
});
export type Annotations = z.infer<typeof Annotations>;

/** How an action behaves as a tool of the Model Context Protocol. */
export const ToolPolicy = z.strictObject({
  /** `auto`: a call becomes an mcpTask if it is usually long or turns out to be; `required`: refused without the extension. */
  asTask: z.enum(['auto', 'always', 'required', 'never']).default('auto'),
  /** Ask questions on the call itself, before it becomes an mcpTask. */
  inputFirst: z.boolean().default(false),
  /** `cancel` or `keep` the execution if the client disconnects during a call. */
  onDisconnect: z.enum(['cancel', 'keep']).default('cancel'),
});
export type ToolPolicy = z.infer<typeof ToolPolicy>;

/** Name in the protocol. No double underscore, which marks `plugin__action`. */
export const PublicName = z
  .string()
  .regex(/^(?!.*__)[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of letters, digits, - and single _');

/** An action as published by workers. Schemas are JSON Schema 2020-12 as JSON text. */
export const CatalogueAction = z.object({
  name: Slug,
  publicName: PublicName.optional(),
  /** False for the backing action of a resource or a prompt. */
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
  /** Results of read-only actions that declare it are used again. */
  cache: CachePolicy.optional(),
});
export type CatalogueAction = z.infer<typeof CatalogueAction>;

/** A resource as published by workers: a fixed URI or a template (RFC 6570, level 1). */
export const CatalogueResource = z.object({
  name: PublicName,
  uri: z.string().max(500),
  isTemplate: z.boolean(),
  title: z.string().max(200),
  description: z.string().max(5_000),
  mimeType: z.string().max(200).optional(),
  /** Backing action; its payload is `{uri, variables}`. */
  action: Slug,
});
export type CatalogueResource = z.infer<typeof CatalogueResource>;

/** A prompt as published by workers. Arguments are texts; `completions` are suggested while a user types one. */
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
  /** Backing action; its payload is the arguments. */
  action: Slug,
});
export type CataloguePrompt = z.infer<typeof CataloguePrompt>;
