import type { Model, QueryFilter } from 'mongoose';

import { type ExecutionRecord, UNFINISHED_STATUSES } from '../schemas/execution.ts';
import type { InputRecord } from '../schemas/input-record.ts';
import { createdWithin, type CreatedSpan, type PageRequest, type PageRows } from './page.ts';
import { chooseIndex, readPage } from './read-page.ts';

type ExecutionModel = Model<ExecutionRecord>;

/** Filter for executions; absent fields do not filter. */
export interface ExecutionFilter
  extends
    Partial<
      Pick<ExecutionRecord, 'ownerId' | 'status' | 'plugin' | 'action' | 'taskId' | 'source' | 'redriveId'>
    >,
    CreatedSpan {}

/** Large or internal fields that a list omits. */
const LEFT_OUT = { payload: 0, result: 0, content: 0, earlyAnswers: 0, steps: 0, attempts: 0 } as const;
const LEFT_OUT_OF_INPUTS = { 'inputs.params': 0, 'inputs.answer': 0 } as const;
export type ListedExecution = Omit<ExecutionRecord, keyof typeof LEFT_OUT | 'inputs'> & {
  inputs?: Pick<InputRecord, 'key' | 'answeredAt'>[];
};

const toQuery = ({ createdFrom, createdTo, ...fields }: ExecutionFilter): QueryFilter<ExecutionRecord> => ({
  ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  ...createdWithin({ createdFrom, createdTo }),
});

/** Leading fields of the indexes of the list, the narrowest first. */
const INDEXES = [['redriveId'], ['taskId'], ['ownerId', 'status'], ['ownerId']] as const;

/** Lists executions, newest first unless asked otherwise. */
export function listExecutions(
  model: ExecutionModel,
  { filter, ...page }: PageRequest & { filter: ExecutionFilter },
): Promise<PageRows<ListedExecution>> {
  const { createdFrom, createdTo, ...fields } = filter;
  const list = { ...chooseIndex(fields, INDEXES), span: { from: createdFrom, to: createdTo } };
  return readPage(model, list, { ...page, fields: { ...LEFT_OUT, ...LEFT_OUT_OF_INPUTS } });
}

export async function countExecutions(model: ExecutionModel, filter: ExecutionFilter): Promise<number> {
  return model.countDocuments(toQuery(filter));
}

/** Lists ids of a task's unfinished executions, at most `limit`. */
export async function listUnfinishedOfTask(
  model: ExecutionModel,
  { taskId, except, limit }: { taskId: string; except: string[]; limit: number },
): Promise<string[]> {
  const executions = await model
    .find({ taskId, status: { $in: UNFINISHED_STATUSES }, _id: { $nin: except } }, { _id: 1 })
    .limit(limit)
    .lean<Pick<ExecutionRecord, '_id'>[]>();
  return executions.map(({ _id }) => _id);
}
