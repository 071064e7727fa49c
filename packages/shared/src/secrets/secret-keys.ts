import { createHash, createSecretKey, type KeyObject } from 'node:crypto';

import { z } from 'zod';

const KEY_BYTES = 32;
/** 32 random bytes have about 30 different ones; a key with fewer than this was typed, not generated. */
const MIN_DISTINCT_BYTES = 16;
const MAX_KEYS = 20;

/** One key of `SECRETS_KEY`. The id says which key wrapped a secret and reveals nothing about it. */
export interface SecretKey {
  readonly id: string;
  readonly key: KeyObject;
}

/** Keys of `SECRETS_KEY`: the first one encrypts, all of them decrypt. */
export type SecretKeys = readonly [SecretKey, ...SecretKey[]];

/**
 * A list of keys, comma separated, each of 32 random bytes as 64 hexadecimal digits or as base64. Messages name the place of a
 * bad key, never its text.
 */
export const SecretKeysText = z.string({ error: 'must be set' }).transform((text, ctx): SecretKeys => {
  const texts = text.split(',').map((part) => part.trim());
  const keys = texts.map((part, index) =>
    readKey(part, (problem) => ctx.addIssue(`key ${index + 1} ${problem}`)),
  );
  if (keys.length > MAX_KEYS) ctx.addIssue(`has more than ${MAX_KEYS} keys`);
  if (new Set(keys.map((key) => key?.id)).size < keys.length) ctx.addIssue('names a key twice');
  return keys as unknown as SecretKeys;
});

function readKey(text: string, refuse: (problem: string) => void): SecretKey | undefined {
  const bytes = decode(text);
  if (bytes?.length !== KEY_BYTES) {
    refuse('is not 32 bytes as 64 hexadecimal digits or base64: generate one with npm run secrets');
    return undefined;
  }
  if (new Set(bytes).size < MIN_DISTINCT_BYTES) {
    refuse('is weak: use 32 random bytes, as npm run secrets generates them');
    return undefined;
  }
  const id = createHash('sha256')
    .update('mcp-server secrets key id')
    .update(bytes)
    .digest('hex')
    .slice(0, 16);
  return { id, key: createSecretKey(bytes) };
}

function decode(text: string): Buffer | undefined {
  if (/^[0-9a-f]{64}$/i.test(text)) return Buffer.from(text, 'hex');
  return /^[\w+/-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : undefined;
}
