import {
  type AuditAction,
  type AuditFilter,
  type AuditOutcome,
  type AuditRecord,
  endAudit,
  insertAudit,
  type JsonValue,
  listAudit,
  type Logger,
  type Models,
  type PagePosition,
  type Stored,
} from '@mcp-server/shared';

import { cutPage, type Page } from '../page.ts';
import type { Principal } from '../principal.ts';

export interface AuditDeps {
  config: { AUDIT_RETENTION_SECONDS: number };
  models: Models;
  logger: Logger;
}

/** Who does something, and from where. */
export interface AuditCaller {
  principal: Principal;
  ip: string;
}

type Details = Record<string, JsonValue | undefined>;

export interface AuditEntry {
  action: AuditAction;
  /** What it is done to: an id, a pool, a plugin. */
  target: string;
  /** Never a payload, a result, a message or a secret. */
  details?: Details;
}

/**
 * Does `work` between two writes of one audit event: nothing is done that is not written down first, and what dies in the
 * middle stays `begun`. `note` adds to the details.
 * @throws what `work` throws, and what the database refuses the first write with.
 */
export async function audited<T>(
  deps: AuditDeps,
  { principal, ip }: AuditCaller,
  { action, target, details = {} }: AuditEntry,
  work: (note: (more: Details) => void) => Promise<T>,
): Promise<T> {
  const noted = { ...details };
  const id = await insertAudit(deps.models.AuditModel, {
    actor: principal.userId,
    ...('keyPrefix' in principal ? { via: principal.keyPrefix } : {}),
    action,
    target,
    ip,
    outcome: 'begun',
    details: JSON.stringify(noted),
    expiresAt: new Date(Date.now() + deps.config.AUDIT_RETENTION_SECONDS * 1_000),
  });
  const end = async (outcome: AuditOutcome): Promise<void> => {
    try {
      await endAudit(deps.models.AuditModel, { id, outcome, details: JSON.stringify(noted) });
    } catch (err) {
      // It was done all the same; the event says that it began.
      deps.logger.warn({ err, auditId: id }, 'end of an audit event not written');
    }
  };
  try {
    const done = await work((more) => Object.assign(noted, more));
    await end('done');
    return done;
  } catch (error) {
    const { code, statusCode = 500 } = error as { code?: unknown; statusCode?: number };
    if (typeof code === 'string') noted['code'] = code.toLowerCase();
    await end(statusCode < 500 ? 'refused' : 'failed');
    throw error;
  }
}

/** All events, newest first; for admins. */
export async function listAuditEvents(
  { models }: { models: Models },
  { after, limit, ...filter }: AuditFilter & { after?: PagePosition | undefined; limit: number },
): Promise<Page<Stored<AuditRecord>>> {
  return cutPage(await listAudit(models.AuditModel, { filter, after, limit: limit + 1 }), limit);
}
