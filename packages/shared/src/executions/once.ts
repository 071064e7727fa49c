import type { Model } from 'mongoose';

import type { ExecutionRecord, StepRecord } from '../schemas/execution.ts';

interface StepRequest {
  id: string;
  epoch: number;
  name: string;
}

/** Reads the stored step of this name, if any. */
export async function readStep(
  model: Model<ExecutionRecord>,
  { id, name }: Pick<StepRequest, 'id' | 'name'>,
): Promise<StepRecord | undefined> {
  const execution = await model.findById(id, { [`steps.${name}`]: 1 }).lean<Pick<ExecutionRecord, 'steps'>>();
  return execution?.steps?.[name];
}

/** Writes the start of a step before its side effect; false when this claim no longer owns the execution. */
export async function startStep(
  model: Model<ExecutionRecord>,
  { id, epoch, name }: StepRequest,
): Promise<boolean> {
  const started = await model.updateOne(
    { _id: id, epoch, status: 'running' },
    { $set: { [`steps.${name}`]: { startedAt: new Date(), epoch } } },
  );
  return started.matchedCount === 1;
}

/**
 * Writes the result (JSON text) of a step after its side effect; false when this claim no longer owns the execution.
 */
export async function endStep(
  model: Model<ExecutionRecord>,
  { id, epoch, name, result }: StepRequest & { result: string },
): Promise<boolean> {
  const ended = await model.updateOne(
    { _id: id, epoch, status: 'running' },
    { $set: { [`steps.${name}.endedAt`]: new Date(), [`steps.${name}.result`]: result } },
  );
  return ended.matchedCount === 1;
}
