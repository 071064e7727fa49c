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

/** An action as published by workers. Schemas are JSON Schema 2020-12 as JSON text. */
export const CatalogueAction = z.object({
  name: Slug,
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

/** A plugin version as stored in `plugins`; `_id` is `<id>@<version>`. */
export const PluginRecord = z.object({
  _id: z.string(),
  id: Slug,
  version: z.string(),
  pool: Slug,
  title: z.string().max(200),
  description: z.string().max(5_000),
  actions: z.array(CatalogueAction),
  /** SHA-256 of the published content, hex. */
  hash: z.string(),
  publishedBy: z.string(),
  /** Database clock; a plugin that no worker refreshed lately has no living worker. */
  seenAt: z.date(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type PluginRecord = z.infer<typeof PluginRecord>;
