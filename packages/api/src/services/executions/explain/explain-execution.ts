import { errors, type Explanation, isEnded, type Reason } from '@mcp-server/shared';

import type { Principal } from '../../principal.ts';
import type { DurationStatsReader } from '../duration-stats.ts';
import { findOwnExecution } from '../find-execution.ts';
import { explainEnd } from './ended-reasons.ts';
import { type ExplainFacts, type FactsDeps, gatherFacts } from './facts.ts';
import { explainCancel, explainRun, explainSuspicion, hasLapsed } from './running-reasons.ts';
import { buildTimeline } from './timeline.ts';
import {
  explainAdmission,
  explainInput,
  explainPauses,
  explainPlace,
  explainTime,
} from './waiting-reasons.ts';
import { explainWorkers } from './worker-reasons.ts';

/** Explains why the caller's execution is in its current state. @throws {errors.NotFound} */
export async function explainOwnExecution(
  deps: FactsDeps & { durationStats: DurationStatsReader },
  principal: Principal,
  id: string,
): Promise<Explanation> {
  const { plugin, action } = await findOwnExecution(deps, principal, id);
  const [facts, usual] = await Promise.all([
    gatherFacts(deps, id),
    deps.durationStats.read({ plugin, action }),
  ]);
  if (!facts) throw new errors.NotFound('execution');
  return {
    id,
    status: facts.execution.status,
    reasons: explain(facts),
    timeline: buildTimeline(facts.execution, facts.place),
    usual,
    now: facts.now.toISOString(),
  };
}

/** Reasons in order of relevance: what blocks it first. */
function explain(facts: ExplainFacts): Reason[] {
  const { execution, now } = facts;
  if (isEnded(execution.status)) return [explainEnd(execution)];
  const cancel = explainCancel(execution);
  if (execution.status === 'input_required') return [explainInput(execution), ...cancel];
  const isRunning = execution.status === 'running';
  const run = isRunning ? [explainRun(execution, now)] : [];
  if (isRunning && !hasLapsed(execution, now)) return [...run, ...cancel, ...explainSuspicion(execution)];
  const time = isRunning ? [] : explainTime(facts);
  // Before its start time it has no position in the queue.
  const place = time.length === 0 || !facts.place ? explainPlace(facts) : [];
  return [
    ...run,
    ...cancel,
    ...explainPauses(facts),
    ...explainWorkers(facts),
    ...time,
    ...explainSuspicion(execution),
    ...place,
    explainAdmission(facts),
  ];
}
