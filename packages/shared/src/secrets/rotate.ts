import type { Model } from 'mongoose';

import type { SecretRecord } from '../schemas/secret.ts';
import { findSecret, listWrappedByOthers, storeWrappedKey } from '../stores/secrets.ts';
import { rewrapSecret } from './seal.ts';
import type { SecretKeys } from './secret-keys.ts';

const PAGE = 100;
/** Each try means that a new version was stored in between. */
const MAX_TRIES = 20;

export interface Rotation {
  rewrapped: number;
  /** Ids of secrets that no key opens, so they stay as they are. */
  failed: { id: string; reason: string }[];
}

/**
 * Wraps the data key of every secret with the first key. Values stay as they are, and each secret changes in one write, so
 * readers with all keys never fail during it. Can be repeated and run several times at once.
 */
export async function rotateSecrets(model: Model<SecretRecord>, keys: SecretKeys): Promise<Rotation> {
  const rotation: Rotation = { rewrapped: 0, failed: [] };
  for (let after = ''; ;) {
    const page = await listWrappedByOthers(model, { keyId: keys[0].id, after, limit: PAGE });
    for (const secret of page) await rotateOne(model, keys, secret, rotation);
    after = page.at(-1)?._id ?? after;
    if (page.length < PAGE) return rotation;
  }
}

async function rotateOne(
  model: Model<SecretRecord>,
  keys: SecretKeys,
  found: SecretRecord,
  rotation: Rotation,
): Promise<void> {
  try {
    let secret: SecretRecord | undefined = found;
    for (let tries = 0; secret && secret.keyId !== keys[0].id; tries += 1) {
      if (tries === MAX_TRIES) throw new Error('It changes too often, or has fields of another type.');
      if (await storeWrappedKey(model, secret, rewrapSecret(keys, secret))) {
        rotation.rewrapped += 1;
        return;
      }
      // A new version, which may come from an API that still encrypts with another key.
      secret = await findSecret(model, secret);
    }
  } catch (error) {
    rotation.failed.push({ id: found._id, reason: (error as Error).message });
  }
}
