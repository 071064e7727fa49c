import { z } from 'zod';

import { JsonValue, ObjectIdText } from './primitives.ts';

/** What is written down because it reaches further than one's own single execution. */
export const AuditAction = z.enum([
  'execution.rerun',
  'executions.redrive',
  'executions.cancel',
  'pool.pause',
  'pool.resume',
  'plugin.pause',
  'plugin.resume',
]);
export type AuditAction = z.infer<typeof AuditAction>;

/** `begun` stays when its process died in the middle. `refused`: by a rule; `failed`: by a fault. */
export const AuditOutcome = z.enum(['begun', 'done', 'refused', 'failed']);
export type AuditOutcome = z.infer<typeof AuditOutcome>;

/** One thing that somebody did, as stored in `auditevents`. */
export const AuditRecord = z.object({
  /** The account that did it. */
  actor: ObjectIdText,
  /** The public prefix of the API key that was used, if one was. */
  via: z.string().optional(),
  action: AuditAction,
  /** What it was done to: an id, a pool, a plugin, or `executions` for a filter. */
  target: z.string(),
  ip: z.string(),
  outcome: AuditOutcome,
  /** JSON text: the filter, the counts. Never a payload, a result or a message. */
  details: z.string().optional(),
  expiresAt: z.date(),
  createdAt: z.date(),
  updatedAt: z.date(),
});
export type AuditRecord = z.infer<typeof AuditRecord>;

/** An audit event as answered by the API. */
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
});
export type AuditEvent = z.infer<typeof AuditEvent>;
