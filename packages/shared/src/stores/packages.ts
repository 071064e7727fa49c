import type { Model } from 'mongoose';

import { isDuplicateKey, isWriteConflict } from '../connections/mongo-errors.ts';
import { readDatabaseTime } from '../executions/db-time.ts';
import type { MarketplacePackage } from '../schemas/marketplace.ts';

type PackageModel = Model<MarketplacePackage>;

/** A read of all wishes stops here; an API refuses to store more. */
export const MAX_PACKAGES = 100;

/** Identifies a wish as it was read. */
export type PackageWish = Pick<MarketplacePackage, '_id' | 'revision'>;

/** Fields of a wish after a change. An absent optional field is deleted. */
export type PackageChange = Omit<
  MarketplacePackage,
  '_id' | 'revision' | 'at' | 'createdAt' | 'updatedAt' | 'expiresAt'
> & {
  /** Life of the record from now, for one that is removed. */
  keepMs?: number;
};

const OPTIONAL = ['lock', 'pluginId', 'problem', 'expiresAt'] as const;

/** Packages by name, removed ones included. */
export async function listPackages(
  model: PackageModel,
  fields?: Record<string, 0 | 1>,
): Promise<MarketplacePackage[]> {
  return model
    .find({}, fields ?? {})
    .sort({ _id: 1 })
    .limit(2 * MAX_PACKAGES)
    .lean<MarketplacePackage[]>();
}

export async function findPackage(model: PackageModel, id: string): Promise<MarketplacePackage | undefined> {
  return (await model.findById(id).lean<MarketplacePackage>()) ?? undefined;
}

/**
 * Changes what is wanted of a package: `decide` gets the present record and returns the next one, again if another
 * process came first. @throws whatever `decide` throws
 */
export async function writePackage(
  model: PackageModel,
  id: string,
  decide: (existing: MarketplacePackage | undefined) => PackageChange,
): Promise<MarketplacePackage> {
  for (;;) {
    const existing = await findPackage(model, id);
    const { keepMs, ...change } = decide(existing);
    const at = await readDatabaseTime(model);
    const fields = { ...change, at, ...(keepMs ? { expiresAt: new Date(at.getTime() + keepMs) } : {}) };
    try {
      if (!existing) return (await model.create({ _id: id, revision: 1, ...fields })).toObject();
      const gone = OPTIONAL.filter((field) => !(field in fields) || fields[field as never] === undefined);
      const update = {
        $set: { ...fields, revision: existing.revision + 1 },
        $unset: Object.fromEntries(gone.map((field) => [field, 1])),
      };
      for (const field of gone) delete (update.$set as Record<string, unknown>)[field];
      const written = await model
        .findOneAndUpdate({ _id: id, revision: existing.revision }, update, { returnDocument: 'after' })
        .lean<MarketplacePackage>();
      if (written) return written;
    } catch (error) {
      if (!isDuplicateKey(error, '_id') && !isWriteConflict(error)) throw error;
    }
  }
}

/** Stores the lockfile of a wish; false if something else is wanted by now. */
export async function storeLock(
  model: PackageModel,
  { _id, revision }: PackageWish,
  lock: string,
): Promise<boolean> {
  const { matchedCount } = await model.updateOne(
    { _id, revision, state: 'resolving' },
    { $set: { lock, state: 'resolved' }, $unset: { problem: 1 } },
  );
  return matchedCount === 1;
}

/** Stores why a wish has no lockfile yet; `isFinal` if trying again cannot help. */
export async function storeProblem(
  model: PackageModel,
  { _id, revision }: PackageWish,
  { problem, isFinal }: { problem: string; isFinal: boolean },
): Promise<void> {
  await model.updateOne(
    { _id, revision, state: 'resolving' },
    { $set: { problem, ...(isFinal ? { state: 'refused' } : {}) } },
  );
}

/**
 * Takes a plugin id for a package, once. Resolves to the package that holds the id: another one came first, or this one
 * already has another id (then its own id is in `pluginId`).
 */
export async function claimPluginId(
  model: PackageModel,
  { _id, pluginId }: { _id: string; pluginId: string },
): Promise<Pick<MarketplacePackage, '_id' | 'pluginId'> | undefined> {
  await model.updateMany({ pluginId, state: 'removed', _id: { $ne: _id } }, { $unset: { pluginId: 1 } });
  try {
    await model.updateOne({ _id, pluginId: { $exists: false } }, { $set: { pluginId } });
  } catch (error) {
    if (!isDuplicateKey(error, 'pluginId')) throw error;
    return (await model.findOne({ pluginId }, { pluginId: 1 }).lean<MarketplacePackage>()) ?? undefined;
  }
  return (await model.findById(_id, { pluginId: 1 }).lean<MarketplacePackage>()) ?? undefined;
}
