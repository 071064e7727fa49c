import { SecretHost, SecretName } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { ObjectIdText, Unreadable } from './primitives.ts';
import { StoredTime } from './stored-value.ts';

export { SecretName } from '@mcp-server/plugin-sdk/schemas';

/** Shorter values cannot be masked: they would be found in texts that have nothing to do with them. */
const MIN_VALUE_LENGTH = 8;
const MAX_VALUE_BYTES = 16_384;
const MAX_LIST = 50;

/** Executions that may use a secret: those of its owner, or those of every user. */
export const SecretScope = z.enum(['own', 'global']);
export type SecretScope = z.infer<typeof SecretScope>;

/** Owner of global secrets; not an id of a user. */
export const GLOBAL_OWNER = 'global';

/** A plugin that may read a secret. Plugins from npm are named with their package, all others by their id alone. */
export const SecretGrant = z.strictObject({
  plugin: z
    .string()
    .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be the id of a plugin')
    .max(64),
  package: z.string().min(1).max(214).optional().describe('npm package that the plugin comes from'),
});
export type SecretGrant = z.infer<typeof SecretGrant>;

const Value = z
  .string()
  .refine(
    (text) => text.trim().length >= MIN_VALUE_LENGTH,
    `must have at least ${MIN_VALUE_LENGTH} characters`,
  )
  .refine((text) => text.isWellFormed(), 'must not contain half of a surrogate pair')
  .refine((text) => Buffer.byteLength(text) <= MAX_VALUE_BYTES, `must be at most ${MAX_VALUE_BYTES} bytes`);

/** Body of `PUT /api/secrets/:name`. Without a value the stored one stays. */
export const SecretInput = z
  .strictObject({
    value: Value.optional().describe(
      'Stored encrypted and never shown again. Without it the stored value stays',
    ),
    scope: SecretScope.default('own').describe('`global` is for every user and takes an admin'),
    hosts: z
      .array(SecretHost)
      .max(MAX_LIST)
      .default([])
      .describe('Hosts to which `http.request` may send it'),
    plugins: z.array(SecretGrant).max(MAX_LIST).default([]).describe('Plugins that may read it'),
  })
  .meta({
    examples: [
      { value: 'a-token-of-the-service', hosts: ['api.example.com'], plugins: [{ plugin: 'http' }] },
      { value: 'another-token', scope: 'global', plugins: [{ plugin: 'shop', package: '@acme/shop' }] },
    ],
  });
export type SecretInput = z.infer<typeof SecretInput>;

/** A secret as stored in `secrets`. `_id` is `<owner>/<name>`. */
export const SecretRecord = z.object({
  _id: z.string(),
  /** Id of a user, or `global`. */
  owner: z.union([ObjectIdText, z.literal(GLOBAL_OWNER)]),
  name: SecretName,
  /** Raised by every change. */
  version: z.int().min(1),
  hosts: z.array(z.string()),
  plugins: z.array(z.object({ plugin: z.string(), package: z.string().optional() })),
  /** Which key of `SECRETS_KEY` wrapped the data key. */
  keyId: z.string(),
  /** Base64 of nonce, ciphertext and tag of AES-256-GCM. */
  wrappedKey: z.string(),
  sealed: z.string(),
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type SecretRecord = z.infer<typeof SecretRecord>;

/** A secret in API responses: everything but its value. */
export const Secret = z
  .object({
    name: z.string(),
    scope: SecretScope,
    hosts: z.array(z.string()),
    plugins: z.array(z.object({ plugin: z.string(), package: z.string().optional() })),
    version: z.int(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
    unreadable: Unreadable,
  })
  .meta({
    examples: [
      {
        name: 'example-token',
        scope: 'own',
        hosts: ['api.example.com'],
        plugins: [{ plugin: 'http' }],
        version: 1,
        createdAt: '2026-11-25T10:00:00.000Z',
        updatedAt: '2026-11-25T10:00:00.000Z',
      },
    ],
  });
export type Secret = z.infer<typeof Secret>;
