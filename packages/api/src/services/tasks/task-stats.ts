import {
  countExecutionsByDay,
  countTasksByKind,
  errors,
  type ExecutionStatus,
  measureRunTimes,
  type Models,
  readDatabaseTime,
  type TaskStats,
} from '@mcp-server/shared';

import type { Principal } from '../principal.ts';

const DAY_MS = 86_400_000;
const DAYS = 7;

/**
 * Reads statistics of the caller's tasks, or of all users for an admin. Counted on request, never stored: a counter would
 * drift with every crash. @throws {errors.Forbidden}
 */
export async function readTaskStats(
  { models }: { models: Models },
  { userId, role }: Principal,
  { ofAll }: { ofAll: boolean },
): Promise<TaskStats> {
  if (ofAll && role !== 'admin') throw new errors.Forbidden('only admins can read statistics of all users');
  const of = ofAll ? {} : { ownerId: userId };
  const now = await readDatabaseTime(models.TaskModel);
  const today = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
  const since = new Date(today - (DAYS - 1) * DAY_MS);
  const [tasks, days, runTime] = await Promise.all([
    countTasksByKind(models.TaskModel, of),
    countExecutionsByDay(models.ExecutionModel, of, since),
    measureRunTimes(models.ExecutionModel, of, since),
  ]);
  const ended = (status: ExecutionStatus, day?: string) =>
    sum(days.filter((row) => row.status === status && (day === undefined || row.day === day)));
  const [completed, failed] = [ended('completed'), ended('failed')];
  return {
    total: sum(tasks),
    byStatus: tally(tasks, ({ status }) => status),
    byPlugin: tally(tasks, ({ plugin }) => plugin),
    lastDays: Array.from({ length: DAYS }, (_, index) => {
      const day = new Date(since.getTime() + index * DAY_MS).toISOString().slice(0, 10);
      const accepted = sum(days.filter((row) => row.day === day));
      return { day, accepted, completed: ended('completed', day), failed: ended('failed', day) };
    }),
    successRate: completed + failed === 0 ? null : completed / (completed + failed),
    runTime: runTime ?? null,
  };
}

const sum = (rows: { count: number }[]) => rows.reduce((total, { count }) => total + count, 0);

function tally<T extends { count: number }>(rows: T[], nameOf: (row: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const row of rows) counts[nameOf(row)] = (counts[nameOf(row)] ?? 0) + row.count;
  return counts;
}
