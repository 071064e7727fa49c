import { CatalogueAction, CataloguePrompt, CatalogueResource, Slug } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { StoredTime } from './stored-value.ts';

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
  /** SHA-256 of the published content and the revision, hex. */
  hash: z.string(),
  /** Identifies its code and its settings; absent if they are unknown or none of its results is cached. */
  revision: z.string().optional(),
  publishedBy: z.string(),
  /** Database clock; decides whether the plugin has a live worker. */
  seenAt: StoredTime,
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type PluginRecord = z.infer<typeof PluginRecord>;
