import { z } from 'zod';

import { JsonValue, ObjectIdText, Unreadable } from './primitives.ts';
import { JsonText, StoredTime } from './stored-value.ts';

/** Actions that are audited, because they affect more than one execution or another user. */
export const AuditAction = z.enum([
  'execution.rerun',
  'executions.redrive',
  'executions.cancel',
  'pool.pause',
  'pool.resume',
  'plugin.pause',
  'plugin.resume',
  'secret.put',
  'secret.delete',
  'marketplace.install',
  'marketplace.upgrade',
  'marketplace.rollback',
  'marketplace.pin',
  'marketplace.unpin',
  'marketplace.remove',
]);
export type AuditAction = z.infer<typeof AuditAction>;

/** `begun` stays if the process died in the middle. `refused`: by a rule; `failed`: by a fault. */
export const AuditOutcome = z.enum(['begun', 'done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

/** An audited action, as stored in `auditevents`. */
export const AuditRecord = z.object({
  /** Account that performed the action. */
  actor: ObjectIdText,
  /** Public prefix of the API key, if one was used. */
  via: z.string().optional(),
  action: AuditAction,
  /** Target: an id, a pool, a plugin, or `executions` for a filter. */
  target: z.string(),
  ip: z.string(),
  outcome: AuditOutcome,
  /** JSON text: the filter, the counts. Never a payload, a result or a message. */
  details: JsonText.optional(),
  expiresAt: StoredTime,
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type AuditRecord = z.infer<typeof AuditRecord>;

/** An audit event in API responses. */
export const AuditEvent = z.object({
  id: z.string(),
  actor: z.string(),
  via: z.string().optional(),
  action: AuditAction,
  target: z.string(),
  ip: z.string(),
  outcome: AuditOutcome,
  details: JsonValue.optional(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  unreadable: Unreadable,
});
export type AuditEvent = z.infer<typeof AuditEvent>;
