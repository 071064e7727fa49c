import type { Model } from 'mongoose';

import type { ExecutionRecord } from '../schemas/execution.ts';
import { closeAttempt, literal, NOW } from './clock.ts';

/**
 * Gives a claim back with no attempt spent: by a draining worker, or by one that lacks the action. True when it was
 * still ours. With a cancel flag set nothing is handed back: the execution would only have to be stopped again.
 */
export async function handBackExecution(
  model: Model<ExecutionRecord>,
  { id, epoch, reason }: { id: string; epoch: number; reason: string },
): Promise<boolean> {
  const handedBack = await model.updateOne(
    { _id: id, epoch, status: 'running', cancel: { $exists: false } },
    [
      {
        $set: {
          status: 'queued',
          handBacks: { $add: ['$handBacks', 1] },
          attempts: closeAttempt(epoch, {
            outcome: 'handed_back',
            error: literal({ kind: 'error', message: reason }),
          }),
          updatedAt: NOW,
        },
      },
      { $unset: ['lease'] },
    ],
    { updatePipeline: true, timestamps: false },
  );
  return handedBack.matchedCount === 1;
}
