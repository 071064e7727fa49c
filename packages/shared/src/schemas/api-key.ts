import { z } from 'zod';

import { Name, ObjectIdText, Unreadable } from './primitives.ts';
import { StoredTime } from './stored-value.ts';

/** Rights of an API key; never more than its owner's. */
export const Scope = z.enum([
  'tasks:read',
  'tasks:write',
  'execute',
  'mcp',
  'fleet:read',
  'fleet:write',
  'users:read',
  'users:write',
]);
export type Scope = z.infer<typeof Scope>;

/** An API key as stored in `apikeys`; the key itself is shown once and never stored. */
export const ApiKeyRecord = z.object({
  userId: ObjectIdText,
  name: z.string(),
  /** `mcp_<keyid>`: identifies the key to the API and to its owner. */
  prefix: z.string(),
  /** SHA-256 of the whole key, hex; sufficient, because 256 bits of it are random. */
  keyHash: z.string(),
  /** Last characters of the key, so that its owner can distinguish keys. */
  lastFour: z.string(),
  scopes: z.array(Scope),
  expiresAt: StoredTime.optional(),
  lastUsedAt: StoredTime.optional(),
  revokedAt: StoredTime.optional(),
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type ApiKeyRecord = z.infer<typeof ApiKeyRecord>;

const MAX_DAYS = 3_650;

/** Scopes of a key that is created without naming any: the owner's own work, by REST and MCP. */
const DEFAULT_SCOPES: Scope[] = ['tasks:read', 'tasks:write', 'execute', 'mcp'];

export const ApiKeyInput = z.strictObject({
  name: Name.max(100).default('default'),
  scopes: z
    .array(Scope)
    .min(1)
    .max(Scope.options.length)
    .refine((scopes) => new Set(scopes).size === scopes.length, 'must not repeat a scope')
    .default(DEFAULT_SCOPES),
  expiresInDays: z.int().min(1).max(MAX_DAYS).optional(),
});
export type ApiKeyInput = z.infer<typeof ApiKeyInput>;

/** An API key, as shown to its owner. */
export const ApiKey = z.object({
  id: ObjectIdText,
  name: z.string(),
  prefix: z.string(),
  lastFour: z.string(),
  scopes: z.array(Scope),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().optional(),
  lastUsedAt: z.iso.datetime().optional(),
  unreadable: Unreadable,
});
export type ApiKey = z.infer<typeof ApiKey>;

/** Response to the creation of a key: the only one that contains `key`. */
export const CreatedApiKey = ApiKey.extend({ key: z.string() });
export type CreatedApiKey = z.infer<typeof CreatedApiKey>;
