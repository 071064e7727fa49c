import type { Model } from 'mongoose';

import type { ExecutionRecord, ExecutionStatus } from '../schemas/execution.ts';
import { LAST_TIME } from '../schemas/stored-value.ts';
import type { TaskRecord, TaskStatus } from '../schemas/task.ts';

/** Scope of the counts; without `ownerId` all users. */
export interface Of {
  ownerId?: string;
}

/** Number of tasks of one status and plugin. */
export interface TaskCount {
  status: TaskStatus;
  plugin: string;
  count: number;
}

export async function countTasksByKind(model: Model<TaskRecord>, of: Of): Promise<TaskCount[]> {
  return model.aggregate<TaskCount>([
    { $match: of },
    { $group: { _id: { status: '$status', plugin: '$plugin' }, count: { $sum: 1 } } },
    { $project: { _id: 0, status: '$_id.status', plugin: '$_id.plugin', count: 1 } },
  ]);
}

/** Number of executions accepted on one day (UTC) that have this status now. */
export interface DayCount {
  day: string;
  status: ExecutionStatus;
  count: number;
}

/** The filter also matches a list of dates. */
const isDate = { $eq: [{ $type: '$createdAt' }, 'date'] };

/** Counts executions by day. Days are text, because DocumentDB truncates dates by day wrongly. */
export async function countExecutionsByDay(
  model: Model<ExecutionRecord>,
  of: Of,
  since: Date,
): Promise<DayCount[]> {
  return model.aggregate<DayCount>([
    { $match: { ...of, createdAt: { $gte: since, $lte: LAST_TIME } } },
    {
      $group: {
        _id: {
          day: { $cond: [isDate, { $dateToString: { format: '%Y-%m-%d', date: '$createdAt' } }, null] },
          status: '$status',
        },
        count: { $sum: 1 },
      },
    },
    { $project: { _id: 0, day: '$_id.day', status: '$_id.status', count: 1 } },
  ]);
}

/** No run is longer; leaves out infinity and what is not a number. */
const MAX_RUN_MS = 1e12;

/** Measures run times in milliseconds of executions that ended since; undefined when none did. */
export async function measureRunTimes(
  model: Model<ExecutionRecord>,
  of: Of,
  since: Date,
): Promise<{ medianMs: number; p95Ms: number } | undefined> {
  const [group] = await model.aggregate<{ times: [number, number] }>([
    { $match: { ...of, createdAt: { $gte: since }, runMs: { $gte: 0, $lt: MAX_RUN_MS } } },
    {
      $group: {
        _id: null,
        times: { $percentile: { input: '$runMs', p: [0.5, 0.95], method: 'approximate' } },
      },
    },
  ]);
  return group && { medianMs: group.times[0], p95Ms: group.times[1] };
}
