import { listOverdue } from '@mcp-server/shared';

import { deferUnreadable } from '../schedules/defer-unreadable.ts';
import { fireSchedule } from '../schedules/fire.ts';
import type { Repair } from './repair.ts';

/** A tick fires within milliseconds; a schedule still due after this has no ticker, or its worker died. */
const OVERDUE_MS = 1_000;
/** Small, because each schedule costs several round trips, and the sweeper's role must be renewed in between. */
const PAGE = 100;

/** Fires due schedules that no tick fired. Needs no Redis, so schedules go on without it. */
export const fireDue: Repair = async ({ deps, now }) => {
  const overdue = await listOverdue(deps.models.TaskModel, new Date(now.getTime() - OVERDUE_MS), PAGE);
  for (const task of overdue) {
    const { id: taskId, scheduleRevision: revision } = task;
    try {
      if (await deferUnreadable(deps, task, now)) continue;
      const { kind } = await fireSchedule(deps, { taskId, revision });
      if (kind === 'fired') deps.metrics.swept.inc({ repair: 'fired' });
    } catch (err) {
      // One schedule that cannot fire must not delay the others.
      deps.log.warn({ err, taskId }, 'firing an overdue schedule failed');
    }
  }
  return '';
};
