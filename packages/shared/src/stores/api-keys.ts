import { type Model, Types } from 'mongoose';

import { NOW } from '../executions/db-time.ts';
import { makeReadable } from '../models/readable.ts';
import type { ApiKeyRecord } from '../schemas/api-key.ts';
import type { PageRequest, PageRows } from './page.ts';
import { readPage } from './read-page.ts';
import { type Stored, toStored } from './stored.ts';

type ApiKeyModel = Model<ApiKeyRecord>;
type LeanApiKey = ApiKeyRecord & { _id: Types.ObjectId };

const LIVE = { revokedAt: { $exists: false } };

export async function insertApiKey(
  model: ApiKeyModel,
  key: Pick<
    ApiKeyRecord,
    'userId' | 'name' | 'prefix' | 'keyHash' | 'lastFour' | 'scopes' | 'expiresAt' | 'revokedAt'
  >,
): Promise<Stored<ApiKeyRecord>> {
  const created = await model.create(key);
  return toStored(created.toObject<LeanApiKey>());
}

/** A key found by its prefix, with its state by the database's clock. */
export interface ApiKeySighting {
  key: Stored<ApiKeyRecord>;
  isExpired: boolean;
  /** Milliseconds since the last recorded use; undefined before the first. */
  unusedMs?: number;
}

/** Finds a key; undefined if it is unknown or revoked. */
export async function findApiKey(model: ApiKeyModel, prefix: string): Promise<ApiKeySighting | undefined> {
  const [record] = await model.aggregate<LeanApiKey & { now: Date }>([
    { $match: { prefix, ...LIVE } },
    { $set: { now: NOW } },
  ]);
  if (!record) return undefined;
  const { now, ...key } = record;
  makeReadable(model, [key]);
  return {
    key: toStored(key),
    isExpired: key.expiresAt !== undefined && key.expiresAt <= now,
    ...(key.lastUsedAt ? { unusedMs: now.getTime() - key.lastUsedAt.getTime() } : {}),
  };
}

/** Lists keys of a user that are not revoked, newest first. */
export async function listApiKeys(
  model: ApiKeyModel,
  { userId, ...page }: Omit<PageRequest, 'order'> & { userId: string },
): Promise<PageRows<Stored<ApiKeyRecord>>> {
  const list = { index: ['userId'], where: { userId }, rest: LIVE };
  const { rows, ...searched } = await readPage<ApiKeyRecord, LeanApiKey>(model, list, page);
  return { rows: rows.map(toStored), ...searched };
}

export async function countApiKeys(model: ApiKeyModel, userId: string): Promise<number> {
  return model.countDocuments({ userId, ...LIVE });
}

export async function touchApiKey(model: ApiKeyModel, id: string): Promise<void> {
  await model.updateOne({ _id: new Types.ObjectId(id) }, [{ $set: { lastUsedAt: NOW } }], {
    updatePipeline: true,
    timestamps: false,
  });
}

/** Revokes a key for good; undefined when this user has no such key. */
export async function revokeApiKey(
  model: ApiKeyModel,
  { id, userId }: { id: string; userId: string },
): Promise<Stored<ApiKeyRecord> | undefined> {
  const key = await model
    .findOneAndUpdate(
      { _id: new Types.ObjectId(id), userId, ...LIVE },
      { $set: { revokedAt: new Date() } },
      { returnDocument: 'after' },
    )
    .lean<LeanApiKey>();
  return key ? toStored(key) : undefined;
}

export async function deleteApiKeysOf(model: ApiKeyModel, userId: string): Promise<void> {
  await model.deleteMany({ userId });
}
