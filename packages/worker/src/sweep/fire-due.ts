import { listOverdue } from '@mcp-server/shared';

import { fireSchedule } from '../schedules/fire.ts';
import type { Repair } from './repair.ts';

/** A tick fires within milliseconds; what is still due after this has no clock, or its worker died. */
const OVERDUE_MS = 1_000;
/** Each one costs several round trips, and the sweeper's role must be renewed in between. */
const PAGE = 100;

/** Fires what is due and was not fired by a tick: it needs no Redis, so schedules go on without it. */
export const fireDue: Repair = async ({ deps, now }) => {
  const overdue = await listOverdue(deps.models.TaskModel, new Date(now.getTime() - OVERDUE_MS), PAGE);
  for (const { id: taskId, scheduleRevision: revision } of overdue) {
    try {
      const { kind } = await fireSchedule(deps, { taskId, revision });
      if (kind === 'fired') deps.metrics.swept.inc({ repair: 'fired' });
    } catch (err) {
      // One schedule that cannot fire must not hold up the others.
      deps.log.warn({ err, taskId }, 'firing an overdue schedule failed');
    }
  }
  return '';
};
