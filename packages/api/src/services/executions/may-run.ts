import {
  errors,
  type Submission,
  type SubmitDeps,
  submitExecution,
  type Submitted,
} from '@mcp-server/shared';

import type { Principal } from '../principal.ts';

/** The ways to run an action directly; API keys carry a scope for each. */
export type Door = 'execute' | 'mcp';

/** Who may run actions: everybody with a session, and keys that carry the scope of the door they come through. */
export const mayRun = (principal: Principal, door: Door): boolean =>
  'sessionId' in principal || principal.scopes.includes(door);

/** What a caller wants run; the rest of a submission follows from who calls. */
export type Work = Omit<Submission, 'ownerId' | 'source' | 'priority'> & { source: Door };

/**
 * Submits in a caller's own name, through whichever door: the one place that decides who may run what.
 * @throws {errors.MissingScope} and what `submitExecution` throws
 */
export async function submitFor(deps: SubmitDeps, principal: Principal, work: Work): Promise<Submitted> {
  if (!mayRun(principal, work.source)) throw new errors.MissingScope(work.source);
  return submitExecution(deps, { ...work, ownerId: principal.userId, priority: 'normal' });
}
