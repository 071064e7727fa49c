import type { Model } from 'mongoose';

import type { ExecutionRecord, Failure } from '../schemas/execution.ts';
import { closeAttempt, literal, NOW } from './db-time.ts';

interface HandBackRequest {
  id: string;
  epoch: number;
}

/** `cancelled`: the cancel flag is set, so the claim was kept and its holder must end it. */
export type HandBackOutcome = 'handed_back' | 'cancelled' | 'superseded';

/**
 * Hands a claim back with no attempt spent: its worker is draining, or its version refuses a payload that another one
 * accepted. `error` says why. May be sent again after a lost reply.
 */
export async function handBackExecution(
  model: Model<ExecutionRecord>,
  { id, epoch, error }: HandBackRequest & { error: Failure },
): Promise<HandBackOutcome> {
  const handedBack = await giveBack(
    model,
    { id, epoch },
    {
      handBacks: { $add: ['$handBacks', 1] },
      attempts: closeAttempt(epoch, { outcome: 'handed_back', error: literal(error) }),
    },
  );
  if (handedBack) return 'handed_back';
  const execution = await model.findById(id).lean<ExecutionRecord>();
  if (execution?.status === 'running' && execution.epoch === epoch) return 'cancelled';
  const outcome = execution?.attempts.find((attempt) => attempt.epoch === epoch)?.outcome;
  return outcome === 'handed_back' ? 'handed_back' : 'superseded';
}

/**
 * Undoes a claim of a worker that lacks the action. No attempt is recorded: a fleet without the action would record one
 * after the other until the deadline.
 */
export async function yieldExecution(
  model: Model<ExecutionRecord>,
  { id, epoch }: HandBackRequest,
): Promise<HandBackOutcome> {
  const attempts = {
    $filter: { input: '$attempts', as: 'attempt', cond: { $ne: ['$$attempt.epoch', epoch] } },
  };
  if (await giveBack(model, { id, epoch }, { lacksAction: true, attempts })) return 'handed_back';
  const execution = await model.findById(id).lean<ExecutionRecord>();
  if (execution?.status === 'running' && execution.epoch === epoch) return 'cancelled';
  return execution?.epoch === epoch && execution.status === 'queued' ? 'handed_back' : 'superseded';
}

async function giveBack(
  model: Model<ExecutionRecord>,
  { id, epoch }: HandBackRequest,
  fields: Record<string, unknown>,
): Promise<boolean> {
  const update = await model.updateOne(
    { _id: id, epoch, status: 'running', cancel: null },
    [{ $set: { ...fields, status: 'queued', updatedAt: NOW } }, { $unset: ['lease'] }],
    { updatePipeline: true, timestamps: false },
  );
  return update.matchedCount === 1;
}
