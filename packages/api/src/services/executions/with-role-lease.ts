import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { errors, type Models, releaseRole, takeRole } from '@mcp-server/shared';

/** Longer than a page of work takes; after a crash of the holder the next one waits this long. */
const LEASE_MS = 10_000;
/** Long enough to outlast the lease of a dead holder. */
const MAX_WAIT_MS = LEASE_MS + 2_000;
const POLL_MS = 100;

/** Renews the lease; resolves to the database's time. @throws {errors.Busy} if the lease was lost. */
export type RenewLease = () => Promise<Date>;

/**
 * Runs `work` while holding a role that one process has at a time; others wait a while. Advisory only: what must not
 * happen twice is decided by a unique index.
 * @throws {errors.Busy}
 */
export async function withRoleLease<T>(
  { models }: { models: Models },
  { role, what }: { role: string; what: string },
  work: (renew: RenewLease) => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  const take = () => takeRole(models.RoleLeaseModel, { role, holder, forMs: LEASE_MS });
  const startedAt = performance.now();
  while (!(await take())) {
    if (performance.now() - startedAt > MAX_WAIT_MS) throw new errors.Busy(what);
    await delay(POLL_MS);
  }
  try {
    return await work(async () => {
      const now = await take();
      if (!now) throw new errors.Busy(what);
      return now;
    });
  } finally {
    // The lease lapses by itself if the database is unavailable.
    await releaseRole(models.RoleLeaseModel, { role, holder }).catch(() => undefined);
  }
}
