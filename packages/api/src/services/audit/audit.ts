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

/** Caller of an audited action, and the address it came from. */
export interface AuditCaller {
  principal: Principal;
  ip: string;
}

type Details = Record<string, JsonValue | undefined>;

export interface AuditEntry {
  action: AuditAction;
  /** Id, pool or plugin that the action is applied to. */
  target: string;
  /** Never a payload, a result, a message or a secret. */
  details?: Details;
}

/**
 * Runs `work` between two writes of one audit event: the action is recorded before it happens, and after a crash it stays
 * `begun`. `note` adds to the details.
 * @throws whatever `work` throws, and the error of the first write
 */
export async function audited<T>(
  deps: AuditDeps,
  { principal, ip }: AuditCaller,
  { action, target, details = {} }: AuditEntry,
  work: (note: (more: Details) => void) => Promise<T>,
): Promise<T> {
  const allDetails = { ...details };
  const id = await insertAudit(deps.models.AuditModel, {
    actor: principal.userId,
    ...('keyPrefix' in principal ? { via: principal.keyPrefix } : {}),
    action,
    target,
    ip,
    outcome: 'begun',
    details: JSON.stringify(allDetails),
    expiresAt: new Date(Date.now() + deps.config.AUDIT_RETENTION_SECONDS * 1_000),
  });
  const end = async (outcome: AuditOutcome): Promise<void> => {
    try {
      await endAudit(deps.models.AuditModel, { id, outcome, details: JSON.stringify(allDetails) });
    } catch (err) {
      // The action is complete; the event only shows that it began.
      deps.logger.warn({ err, auditId: id }, 'end of audit event not written');
    }
  };
  try {
    const result = await work((more) => Object.assign(allDetails, more));
    await end('done');
    return result;
  } catch (error) {
    const { code, statusCode = 500 } = error as { code?: unknown; statusCode?: number };
    if (typeof code === 'string') allDetails['code'] = code.toLowerCase();
    await end(statusCode < 500 ? 'refused' : 'failed');
    throw error;
  }
}

/** Lists all events, newest first; for admins. */
export async function listAuditEvents(
  { models }: { models: Models },
  { after, limit, ...filter }: AuditFilter & { after?: PagePosition | undefined; limit: number },
): Promise<Page<Stored<AuditRecord>>> {
  return cutPage(await listAudit(models.AuditModel, { filter, after, limit: limit + 1 }), limit);
}
