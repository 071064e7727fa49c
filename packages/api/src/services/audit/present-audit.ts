import {
  type AuditEvent,
  type AuditRecord,
  type JsonValue,
  type Stored,
  unreadableOf,
} from '@mcp-server/shared';

/** An audit event as the API shows it. */
export function presentAudit({
  expiresAt: _expires,
  details,
  createdAt,
  updatedAt,
  ...event
}: Stored<AuditRecord>): AuditEvent {
  return {
    ...event,
    ...(details === undefined ? {} : { details: JSON.parse(details) as JsonValue }),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    ...unreadableOf(event),
  };
}
