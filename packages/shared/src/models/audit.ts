import { Schema } from 'mongoose';

import { AuditAction, AuditOutcome, type AuditRecord } from '../schemas/audit.ts';
import { listIndex } from './list-index.ts';
import { schemaOptions } from './schema-options.ts';

export const auditSchema = new Schema<AuditRecord>(
  {
    actor: { type: String, required: true },
    via: String,
    action: { type: String, enum: AuditAction.options, required: true },
    target: { type: String, required: true },
    ip: { type: String, required: true },
    outcome: { type: String, enum: AuditOutcome.options, required: true },
    details: String,
    expiresAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'auditevents' },
)
  .index(listIndex())
  .index(listIndex(['actor']))
  .index(listIndex(['target']))
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
