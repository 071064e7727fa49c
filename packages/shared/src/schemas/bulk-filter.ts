import { Slug } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { ObjectIdText } from './primitives.ts';

const MAX_IDS = 1_000;

/** Filters of bulk calls. At least one field is required, so that a mistake cannot affect everything. */
export const bulkFilter = {
  plugin: Slug.optional(),
  action: Slug.optional(),
  taskId: ObjectIdText.optional(),
  ids: z.array(z.uuid()).min(1).max(MAX_IDS).optional(),
  ownerId: ObjectIdText.optional().describe(
    'Admins only; without it an admin reaches the executions of all users',
  ),
};

export const hasField = (filter: object) => Object.values(filter).some((value) => value !== undefined);
export const NEEDS_A_FIELD = 'must have at least one field';
