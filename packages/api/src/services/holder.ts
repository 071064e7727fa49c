import { errors } from '@mcp-server/shared';

import type { Principal } from './principal.ts';

/** A caller who waits or listens, and whose rights may end in the meantime. */
export interface Holder {
  principal: Principal;
  /** Repeats the check that admitted the caller; false too if the role changed or a scope is gone. */
  isStillAuthorized(): Promise<boolean>;
}

/**
 * Refuses an answer to a caller whose rights ended while it waited. Without the database they cannot be checked: new
 * requests are refused then, but what has begun goes on.
 * @throws {errors.Unauthenticated}
 */
export async function requireStillAuthorized(holder: Holder): Promise<void> {
  if (!(await holder.isStillAuthorized().catch(() => true))) throw new errors.Unauthenticated();
}
