import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { errors, type Models, releaseRole, takeRole } from '@mcp-server/shared';

/** Longer than a page takes; whoever dies with the turn holds up the next for so long. */
const TURN_MS = 10_000;
/** Somebody who died with the turn is outwaited. */
const PATIENCE_MS = TURN_MS + 2_000;
const LOOK_EVERY_MS = 100;

/** Keeps the turn; resolves to the database's time. @throws {errors.Busy} when it was lost. */
export type KeepTurn = () => Promise<Date>;

/**
 * Lets one process at a time do something. Others wait a while. Only a courtesy between honest processes: what must not
 * happen twice is decided by a unique index.
 * @throws {errors.Busy}
 */
export async function takeTurn<T>(
  { models }: { models: Models },
  { role, what }: { role: string; what: string },
  work: (keep: KeepTurn) => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  const take = () => takeRole(models.RoleLeaseModel, { role, holder, forMs: TURN_MS });
  const startedAt = performance.now();
  while (!(await take())) {
    if (performance.now() - startedAt > PATIENCE_MS) throw new errors.Busy(what);
    await delay(LOOK_EVERY_MS);
  }
  try {
    return await work(async () => {
      const now = await take();
      if (!now) throw new errors.Busy(what);
      return now;
    });
  } finally {
    // It lapses by itself if the database is away.
    await releaseRole(models.RoleLeaseModel, { role, holder }).catch(() => undefined);
  }
}
