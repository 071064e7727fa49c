import { type Model, type QueryFilter, Types } from 'mongoose';

import type { AuditOutcome, AuditRecord } from '../schemas/audit.ts';
import { afterPosition, createdWithin, type CreatedSpan, type PagePosition, pageSort } from './page.ts';
import { type Stored, toStored } from './stored.ts';

type AuditModel = Model<AuditRecord>;
type LeanAudit = AuditRecord & { _id: Types.ObjectId };

/** Filter for audit events; absent fields do not filter. */
export interface AuditFilter
  extends Partial<Pick<AuditRecord, 'actor' | 'action' | 'target' | 'outcome'>>, CreatedSpan {}

/** Inserts an event and resolves to its id. */
export async function insertAudit(
  model: AuditModel,
  record: Omit<AuditRecord, 'createdAt' | 'updatedAt'>,
): Promise<string> {
  const { _id } = await model.create(record);
  return _id.toHexString();
}

/** Records the outcome of an event. */
export async function endAudit(
  model: AuditModel,
  { id, outcome, details }: { id: string; outcome: AuditOutcome; details?: string | undefined },
): Promise<void> {
  await model.updateOne(
    { _id: new Types.ObjectId(id) },
    { $set: { outcome, ...(details === undefined ? {} : { details }) } },
  );
}

/** Lists events, newest first. */
export async function listAudit(
  model: AuditModel,
  { filter, after, limit }: { filter: AuditFilter; after?: PagePosition | undefined; limit: number },
): Promise<Stored<AuditRecord>[]> {
  const { createdFrom, createdTo, ...fields } = filter;
  const position = after && { createdAt: after.createdAt, id: new Types.ObjectId(after.id) };
  const query: QueryFilter<AuditRecord> = {
    $and: [
      Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
      createdWithin({ createdFrom, createdTo }),
      afterPosition(position),
    ],
  };
  const events = await model.find(query).sort(pageSort()).limit(limit).lean<LeanAudit[]>();
  return events.map(toStored);
}
