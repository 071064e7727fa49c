import type { Model } from 'mongoose';

import { isDatabaseAway, isWriteConflict } from '../connections/mongo-errors.ts';
import { type ExecutionRecord, isEnded } from '../schemas/execution.ts';
import type { InputRecord } from '../schemas/input-record.ts';
import { isUnset, literal, NOW } from './db-time.ts';

export interface ProvideRequest {
  id: string;
  /** JSON texts by the key of their question. Keys without a question are ignored. */
  answers: ReadonlyMap<string, string>;
}

export type ProvideOutcome =
  /** Answers to its questions are stored; other questions are still open. */
  | { kind: 'accepted'; execution: ExecutionRecord }
  /** The last open question was answered: it is `queued` under a new seq, which the caller should enqueue. */
  | { kind: 'resumed'; execution: ExecutionRecord }
  /** All of these answers were stored before and no question is open: a repeat after a lost reply. */
  | { kind: 'repeated'; execution: ExecutionRecord }
  | { kind: 'ended'; execution: ExecutionRecord }
  | { kind: 'not_waiting'; execution: ExecutionRecord }
  | { kind: 'gone' };

/** True while a question has no answer. */
export const isOpen = ({ answer }: Pick<InputRecord, 'answer'>): boolean => answer === undefined;

/**
 * Stores answers by one compare-and-set: the first answer to a question wins, and the last open question answered wakes
 * the execution. May be sent again after a lost reply.
 */
export async function provideInput(
  model: Model<ExecutionRecord>,
  request: ProvideRequest,
): Promise<ProvideOutcome> {
  const provided = await store(model, request).catch((error: unknown) => {
    if (!isDatabaseAway(error) && !isWriteConflict(error)) throw error;
    return store(model, request);
  });
  if (provided) return { kind: provided.status === 'queued' ? 'resumed' : 'accepted', execution: provided };
  return explain(await model.findById(request.id).lean<ExecutionRecord>(), request);
}

async function store(
  model: Model<ExecutionRecord>,
  { id, answers }: ProvideRequest,
): Promise<ExecutionRecord | null> {
  const keys = [...answers.keys()];
  if (keys.length === 0) return null;
  return model
    .findOneAndUpdate(
      {
        _id: id,
        status: 'input_required',
        cancel: null,
        inputs: { $elemMatch: { key: { $in: keys }, answer: null } },
      },
      [{ $set: { inputs: withAnswers(answers) } }, { $set: wakeWhenAnswered }],
      { returnDocument: 'after', updatePipeline: true, timestamps: false },
    )
    .lean<ExecutionRecord>();
}

/**
 * Sets the answer of every open question whose key is among the answers. Flat, because the database limits the depth of
 * expressions.
 */
const withAnswers = (answers: ReadonlyMap<string, string>) => ({
  $map: {
    input: '$inputs',
    as: 'input',
    in: {
      $cond: [
        { $and: [{ $in: ['$$input.key', literal([...answers.keys()])] }, isUnset('$$input.answer')] },
        { $mergeObjects: ['$$input', { answer: answerOf(answers), answeredAt: NOW }] },
        '$$input',
      ],
    },
  },
});

const answerOf = (answers: ReadonlyMap<string, string>) => ({
  $arrayElemAt: [
    literal([...answers.values()]),
    { $indexOfArray: [literal([...answers.keys()]), '$$input.key'] },
  ],
});

const openCount = {
  $size: { $filter: { input: '$inputs', as: 'input', cond: isUnset('$$input.answer') } },
};
const ifAnswered = (value: unknown, otherwise: unknown) => ({
  $cond: [{ $eq: [openCount, 0] }, value, otherwise],
});

const wakeWhenAnswered = {
  status: ifAnswered('queued', 'input_required'),
  seq: ifAnswered({ $add: ['$seq', 1] }, '$seq'),
  updatedAt: NOW,
};

/** Explains why nothing matched: everything was answered before, or it does not wait (any more). */
function explain(execution: ExecutionRecord | null, { answers }: ProvideRequest): ProvideOutcome {
  if (!execution) return { kind: 'gone' };
  if (execution.status === 'input_required' && !execution.cancel) return { kind: 'accepted', execution };
  const storedAnswers = new Map(execution.inputs?.map(({ key, answer }) => [key, answer]));
  const isRepeat =
    answers.size > 0 && [...answers].every(([key, answer]) => storedAnswers.get(key) === answer);
  if (isRepeat) return { kind: 'repeated', execution };
  return { kind: isEnded(execution.status) ? 'ended' : 'not_waiting', execution };
}
