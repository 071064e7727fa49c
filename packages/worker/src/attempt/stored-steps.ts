import { stepBytes, type StepMemory, StopError } from '@mcp-server/plugin-sdk/attempt';
import { endStep, readStep, startStep } from '@mcp-server/shared';

import { untilAnswered } from '../delivery/until-answered.ts';
import type { Deps } from '../deps.ts';
import type { Run } from './runs.ts';

/**
 * Memory of `ctx.once` in the database. Start and end are fenced by the epoch, and every command is repeated until the
 * database has answered, so that an outage does not become a second effect.
 */
export function storedSteps(deps: Deps, { execution, controller }: Run): StepMemory {
  const { ExecutionModel } = deps.models;
  const { _id: id, epoch } = execution;
  const { signal } = controller;
  /** @throws {StopError} if the write matched nothing: another claim owns the execution. */
  const writeOwned = async (write: () => Promise<boolean>): Promise<void> => {
    if (!(await untilAnswered(signal, write))) throw new StopError('lease_lost');
  };
  const stored = Object.entries(execution.steps ?? {});
  return {
    storedBytes: stored.reduce((sum, [name, { result = '' }]) => sum + stepBytes(name, result), 0),
    async read(name) {
      const step = await untilAnswered(signal, () => readStep(ExecutionModel, { id, name }));
      return step?.endedAt ? (step.result ?? 'null') : undefined;
    },
    start: (name) => writeOwned(() => startStep(ExecutionModel, { id, epoch, name })),
    end: (name, result) => writeOwned(() => endStep(ExecutionModel, { id, epoch, name, result })),
  };
}
