import { type Model, Types } from 'mongoose';

import type { AuditOutcome, AuditRecord } from '../schemas/audit.ts';
import type { CreatedSpan, PageRequest, PageRows } from './page.ts';
import { chooseIndex, readPage } from './read-page.ts';
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

/** Leading fields of the indexes of the list. */
const INDEXES = [['target'], ['actor']] as const;

/** Lists events, newest first. */
export async function listAudit(
  model: AuditModel,
  { filter, ...page }: Omit<PageRequest, 'order'> & { filter: AuditFilter },
): Promise<PageRows<Stored<AuditRecord>>> {
  const { createdFrom, createdTo, ...fields } = filter;
  const list = { ...chooseIndex(fields, INDEXES), span: { from: createdFrom, to: createdTo } };
  const { rows, ...searched } = await readPage<AuditRecord, LeanAudit>(model, list, page);
  return { rows: rows.map(toStored), ...searched };
}
