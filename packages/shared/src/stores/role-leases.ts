import type { Model } from 'mongoose';

import { isDuplicateKey } from '../connections/mongo-errors.ts';
import { holdsNow, inMs, literal, NOW } from '../executions/db-time.ts';
import type { RoleLeaseRecord } from '../models/role-lease.ts';

type RoleLeaseModel = Model<RoleLeaseRecord>;

/** A lease that cannot be read must not hold the role forever. */
const isNoDate = { $ne: [{ $type: '$until' }, 'date'] };

/**
 * Takes or renews a role that one process holds at a time. Resolves to the database's time if this process holds it
 * now, else to undefined.
 */
export async function takeRole(
  model: RoleLeaseModel,
  { role, holder, forMs }: { role: string; holder: string; forMs: number },
): Promise<Date | undefined> {
  const take = () =>
    model
      .findOneAndUpdate(
        { _id: role, $or: [{ holder }, holdsNow({ $or: [isNoDate, { $lt: ['$until', NOW] }] })] },
        [{ $set: { holder: literal(holder), until: inMs(forMs), updatedAt: NOW } }],
        { returnDocument: 'after', updatePipeline: true, timestamps: false },
      )
      .lean();
  const lease = (await take()) ?? ((await createRole(model, role)) ? await take() : null);
  return lease ? new Date(lease.until.getTime() - forMs) : undefined;
}

/** Creates the role's document, already lapsed, so that any process may take it. True when it is new. */
async function createRole(model: RoleLeaseModel, role: string): Promise<boolean> {
  if (await model.exists({ _id: role })) return false;
  try {
    await model.create({ _id: role, holder: 'nobody', until: new Date(0) });
    return true;
  } catch (error) {
    if (isDuplicateKey(error, '_id')) return true;
    throw error;
  }
}

/** Releases a role, so that another process need not wait for it to lapse. */
export async function releaseRole(
  model: RoleLeaseModel,
  { role, holder }: { role: string; holder: string },
): Promise<void> {
  await model.updateOne({ _id: role, holder }, { $set: { until: new Date(0) } });
}
