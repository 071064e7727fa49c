import {
  errors,
  type ExecutionRecord,
  findExecution,
  enqueueAndAnnounce,
  isOpen,
  type JsonValue,
  provideInput,
  type SubmitDeps,
} from '@mcp-server/shared';

import type { Principal } from '../principal.ts';
import { checkAnswers } from './check-answers.ts';

export interface ProvidedInput {
  /** Current state: `input_required` while questions are open. */
  execution: ExecutionRecord;
  /** Keys of the questions that are still open. */
  open: string[];
}

/**
 * Answers questions of the caller's own execution; admins cannot answer for others. Answers can come one at a time. The
 * first answer to a question wins, answers to unknown questions are ignored, and a repeat gets the same response as the
 * first request.
 * @throws {errors.NotFound} {errors.InvalidAnswer} {errors.PayloadTooLarge} {errors.NotWaitingForInput}
 */
export async function provideOwnInput(
  deps: Pick<SubmitDeps, 'config' | 'models' | 'queues' | 'events' | 'logger'>,
  { userId }: Principal,
  { id, answers }: { id: string; answers: Record<string, JsonValue> },
): Promise<ProvidedInput> {
  const { models, config, events } = deps;
  const current = await findExecution(models.ExecutionModel, { id, ownerId: userId });
  if (!current) throw new errors.NotFound('execution');
  const texts = checkAnswers(current.inputs ?? [], answers);
  if (bytesOf(current, texts) > config.MAX_PAYLOAD_BYTES)
    throw new errors.PayloadTooLarge('answers', config.MAX_PAYLOAD_BYTES);

  const outcome = await provideInput(models.ExecutionModel, { id, answers: texts });
  switch (outcome.kind) {
    case 'gone':
      throw new errors.NotFound('execution');
    case 'ended':
    case 'not_waiting':
      throw new errors.NotWaitingForInput(outcome.execution.status);
    case 'accepted':
      events.write(outcome.execution);
      break;
    case 'resumed':
    case 'repeated':
      // The process that stored the last answer may have died before enqueueing; adding the same seq again is harmless.
      if (outcome.execution.status === 'queued') await enqueueAndAnnounce(deps, outcome.execution);
  }
  const { execution } = outcome;
  return { execution, open: (execution.inputs ?? []).filter(isOpen).map(({ key }) => key) };
}

/** Total size of all answers of an execution, which is limited like a payload. */
function bytesOf({ inputs = [] }: ExecutionRecord, texts: ReadonlyMap<string, string>): number {
  return inputs.reduce((sum, { key, answer }) => sum + Buffer.byteLength(answer ?? texts.get(key) ?? ''), 0);
}
