import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { closeAttempt, literal, NOW } from './db-time.ts';

interface HandBackRequest {
  id: string;
  epoch: number;
}

/** `cancelled`: the cancel flag is set, so the claim was kept and its holder must end it. */
export type HandBackOutcome = 'handed_back' | 'cancelled' | 'superseded';

/** Hands a claim back from a draining worker, with no attempt spent. May be sent again after a lost reply. */
export async function handBackExecution(
  model: Model<ExecutionRecord>,
  { id, epoch, reason }: HandBackRequest & { reason: string },
): Promise<HandBackOutcome> {
  const error = literal({ kind: 'error', message: reason });
  const handedBack = await giveBack(
    model,
    { id, epoch },
    {
      handBacks: { $add: ['$handBacks', 1] },
      attempts: closeAttempt(epoch, { outcome: 'handed_back', error }),
    },
  );
  if (handedBack) return 'handed_back';
  const execution = await model.findById(id).lean<ExecutionRecord>();
  if (execution?.status === 'running' && execution.epoch === epoch) return 'cancelled';
  const outcome = execution?.attempts.find((attempt) => attempt.epoch === epoch)?.outcome;
  return outcome === 'handed_back' ? 'handed_back' : 'superseded';
}

/**
 * Undoes a claim of a worker that lacks the action, or has another version that refuses the payload. No attempt is
 * recorded: nothing ran, and a fleet without the action would record one after the other until the deadline.
 */
export async function yieldExecution(
  model: Model<ExecutionRecord>,
  { id, epoch, lacksAction }: HandBackRequest & { lacksAction: boolean },
): Promise<HandBackOutcome> {
  const attempts = {
    $filter: { input: '$attempts', as: 'attempt', cond: { $ne: ['$$attempt.epoch', epoch] } },
  };
  if (await giveBack(model, { id, epoch }, { attempts, ...(lacksAction ? { lacksAction } : {}) }))
    return 'handed_back';
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
    { _id: id, epoch, status: 'running', cancel: { $exists: false } },
    [{ $set: { ...fields, status: 'queued', updatedAt: NOW } }, { $unset: ['lease'] }],
    { updatePipeline: true, timestamps: false },
  );
  return update.matchedCount === 1;
}
