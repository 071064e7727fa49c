import type { Model } from 'mongoose';

import type { ExecutionRecord, Failure } from '../schemas/execution.ts';
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
  { reason, ...request }: HandBackRequest & { reason: string },
): Promise<HandBackOutcome> {
  const fields = { handBacks: { $add: ['$handBacks', 1] } };
  return closeHandedBack(model, request, { error: { kind: 'error', message: reason }, fields });
}

/**
 * Hands a claim back from a worker whose version refuses a payload that another version accepted, with no attempt
 * spent. May be sent again after a lost reply.
 */
export async function passOnExecution(
  model: Model<ExecutionRecord>,
  { refusal, ...request }: HandBackRequest & { refusal: Failure },
): Promise<HandBackOutcome> {
  return closeHandedBack(model, request, { error: refusal, fields: {} });
}

async function closeHandedBack(
  model: Model<ExecutionRecord>,
  { id, epoch }: HandBackRequest,
  { error, fields }: { error: Failure; fields: Record<string, unknown> },
): Promise<HandBackOutcome> {
  const attempts = closeAttempt(epoch, { outcome: 'handed_back', error: literal(error) });
  if (await giveBack(model, { id, epoch }, { ...fields, attempts })) return 'handed_back';
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
    { _id: id, epoch, status: 'running', cancel: { $exists: false } },
    [{ $set: { ...fields, status: 'queued', updatedAt: NOW } }, { $unset: ['lease'] }],
    { updatePipeline: true, timestamps: false },
  );
  return update.matchedCount === 1;
}
