import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';

import type { SecretRecord } from '../schemas/secret.ts';
import type { SecretKeys } from './secret-keys.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** Fields that the ciphertext of a secret is bound to: a copy under another owner, name, version or list does not open. */
export type SecretIdentity = Pick<SecretRecord, 'owner' | 'name' | 'version' | 'hosts' | 'plugins'>;
/** The encrypted part of a secret: its value under a key of its own, and that key under one of `SECRETS_KEY`. */
export type Sealed = Pick<SecretRecord, 'keyId' | 'wrappedKey' | 'sealed'>;

/** None of the keys of this process wrapped the secret. */
export class MissingSecretKey extends Error {
  override name = 'MissingSecretKey';
}

/** The stored secret does not open: it was changed outside the API. */
export class BrokenSecret extends Error {
  override name = 'BrokenSecret';
}

export function sealSecret([first]: SecretKeys, identity: SecretIdentity, value: string): Sealed {
  const dataKey = randomBytes(KEY_BYTES);
  return {
    keyId: first.id,
    wrappedKey: encrypt(first.key, dataKey, bind('key', identity)),
    sealed: encrypt(createSecretKey(dataKey), Buffer.from(value), bind('value', identity)),
  };
}

/** @throws {MissingSecretKey} {BrokenSecret} */
export function openSecret(keys: SecretKeys, secret: SecretIdentity & Sealed): string {
  const dataKey = createSecretKey(unwrap(keys, secret));
  return decrypt(dataKey, secret.sealed, bind('value', secret)).toString();
}

/** The data key wrapped by the first key; the value stays as it is. @throws {MissingSecretKey} {BrokenSecret} */
export function rewrapSecret(keys: SecretKeys, secret: SecretIdentity & Sealed): Omit<Sealed, 'sealed'> {
  const [first] = keys;
  return { keyId: first.id, wrappedKey: encrypt(first.key, unwrap(keys, secret), bind('key', secret)) };
}

function unwrap(keys: SecretKeys, secret: SecretIdentity & Sealed): Buffer {
  const wrapping = keys.find(({ id }) => id === secret.keyId);
  if (!wrapping) throw new MissingSecretKey(`No key of SECRETS_KEY has the id ${secret.keyId}.`);
  const dataKey = decrypt(wrapping.key, secret.wrappedKey, bind('key', secret));
  if (dataKey.length !== KEY_BYTES) throw new BrokenSecret('The data key has another length.');
  return dataKey;
}

/** Additional data: JSON of a list, so that no two identities have the same text. */
function bind(part: 'key' | 'value', { owner, name, version, hosts, plugins }: SecretIdentity): Buffer {
  const grants = plugins.map(({ plugin, package: from = null }) => [plugin, from]);
  return Buffer.from(JSON.stringify(['mcp-server secret 1', part, owner, name, version, hosts, grants]));
}

function encrypt(key: KeyObject, plain: Buffer, additional: Buffer): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, iv, { authTagLength: TAG_BYTES }).setAAD(additional);
  const bytes = [iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat(bytes).toString('base64');
}

function decrypt(key: KeyObject, text: string, additional: Buffer): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length < IV_BYTES + TAG_BYTES) throw new BrokenSecret('The stored secret is too short.');
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, IV_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(additional).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]);
  } catch (cause) {
    throw new BrokenSecret('The stored secret does not open.', { cause });
  }
}
