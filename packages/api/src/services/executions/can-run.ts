import {
  errors,
  type Submission,
  type SubmitDeps,
  submitExecution,
  type Submitted,
} from '@mcp-server/shared';

import type { Principal } from '../principal.ts';

/** How a caller runs an action directly; API keys carry a scope for each. */
export type Channel = 'execute' | 'mcp';

/** True for every session, and for API keys that carry the scope of the channel. */
export const canRun = (principal: Principal, channel: Channel): boolean =>
  'sessionId' in principal || principal.scopes.includes(channel);

/** Work to run; the rest of a submission follows from the caller. */
export type Work = Omit<Submission, 'ownerId' | 'source' | 'priority'> & { source: Channel };

/**
 * Submits work in the caller's own name, through either channel: the one place that decides who may run what.
 * @throws {errors.MissingScope} and what `submitExecution` throws
 */
export async function submitFor(deps: SubmitDeps, principal: Principal, work: Work): Promise<Submitted> {
  if (!canRun(principal, work.source)) throw new errors.MissingScope(work.source);
  return submitExecution(deps, { ...work, ownerId: principal.userId, priority: 'normal' });
}
