import type { Model } from 'mongoose';

import { isDuplicateKey, isWriteConflict } from '../connections/mongo-errors.ts';
import { GLOBAL_OWNER, type SecretRecord } from '../schemas/secret.ts';

type SecretModel = Model<SecretRecord>;

const idOf = (owner: string, name: string): string => `${owner}/${name}`;

export async function findSecret(
  model: SecretModel,
  { owner, name }: Pick<SecretRecord, 'owner' | 'name'>,
): Promise<SecretRecord | undefined> {
  return (await model.findById(idOf(owner, name)).lean<SecretRecord>()) ?? undefined;
}

/** The secret with this name that a user's executions see: their own, or else the global one. */
export async function findSecretFor(
  model: SecretModel,
  { userId, name }: { userId: string; name: string },
): Promise<SecretRecord | undefined> {
  const ids = [idOf(userId, name), idOf(GLOBAL_OWNER, name)];
  const found = await model.find({ _id: { $in: ids } }).lean<SecretRecord[]>();
  return found.find(({ _id }) => _id === ids[0]) ?? found[0];
}

/** Secrets of a user and global ones, by name. */
export async function listSecretsFor(model: SecretModel, userId: string): Promise<SecretRecord[]> {
  const owners = [userId, GLOBAL_OWNER];
  return model
    .find({ owner: { $in: owners } })
    .sort({ owner: 1, name: 1 })
    .lean<SecretRecord[]>();
}

export async function countSecrets(model: SecretModel, owner: string): Promise<number> {
  return model.countDocuments({ owner });
}

/** Stores a version; false if it is not the one after the stored version, so the caller has to read it again. */
export async function storeSecret(
  model: SecretModel,
  secret: Omit<SecretRecord, '_id' | 'createdAt' | 'updatedAt'>,
): Promise<boolean> {
  const { owner, name, version, ...fields } = secret;
  const _id = idOf(owner, name);
  try {
    if (version === 1) {
      await model.create({ _id, ...secret });
      return true;
    }
    const update = { $set: { version, ...fields } };
    return (await model.updateOne({ _id, version: version - 1 }, update)).matchedCount === 1;
  } catch (error) {
    if (isDuplicateKey(error, '_id') || isWriteConflict(error)) return false;
    throw error;
  }
}

/** Deletes a secret; true if there was one. */
export async function deleteSecret(
  model: SecretModel,
  { owner, name }: Pick<SecretRecord, 'owner' | 'name'>,
): Promise<boolean> {
  return (await model.deleteOne({ _id: idOf(owner, name) })).deletedCount === 1;
}

export async function deleteSecretsOf(model: SecretModel, owner: string): Promise<void> {
  await model.deleteMany({ owner });
}

/** Secrets that another key than this one wrapped, in the order of their ids, after `after`. */
export async function listWrappedByOthers(
  model: SecretModel,
  { keyId, after, limit }: { keyId: string; after: string; limit: number },
): Promise<SecretRecord[]> {
  return model
    .find({ _id: { $gt: after }, keyId: { $ne: keyId } })
    .sort({ _id: 1 })
    .limit(limit)
    .lean<SecretRecord[]>();
}

/** Replaces the wrapped data key of exactly this version; false if the secret has changed since. */
export async function storeWrappedKey(
  model: SecretModel,
  { _id, version, wrappedKey: from }: Pick<SecretRecord, '_id' | 'version' | 'wrappedKey'>,
  to: Pick<SecretRecord, 'keyId' | 'wrappedKey'>,
): Promise<boolean> {
  const filter = { _id, version, wrappedKey: from };
  // Not a change of the secret: its time stays.
  return (await model.updateOne(filter, { $set: to }, { timestamps: false })).matchedCount === 1;
}
