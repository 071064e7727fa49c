import { executionIdOf, type ExecutionRecord, findWithoutPlace, placeJob } from '@mcp-server/shared';

import { listPools } from './list-pools.ts';
import { type Repair, SWEEP_PAGE } from './repair.ts';

const AT_ONCE = 50;
/** Pages of one turn: a line may have to be placed as a whole while more jobs come. */
const MAX_PAGES = 20;

type Owned = Pick<ExecutionRecord, '_id' | 'ownerId' | 'priority'>;

/** Gives places to jobs that were delayed, and to all once the tags start again. */
export const placeJobs: Repair = async ({ deps }) => {
  for (const pool of await listPools(deps)) {
    const queue = deps.queueOf(pool);
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const ids = await findWithoutPlace(queue, SWEEP_PAGE);
      const executions = await deps.models.ExecutionModel.find(
        { _id: { $in: ids.map(executionIdOf).toSorted() } },
        { ownerId: 1, priority: 1 },
      ).lean<Owned[]>();
      const byId = new Map(executions.map((execution) => [execution._id, execution]));
      for (let start = 0; start < ids.length; start += AT_ONCE) {
        const chunk = ids.slice(start, start + AT_ONCE);
        await Promise.all(chunk.map((id) => placeJob(queue, id, byId.get(executionIdOf(id)) ?? NOT_STORED)));
      }
      if (ids.length < SWEEP_PAGE) break;
    }
  }
  return '';
};

/** A job without work is delivered so that it ends. */
const NOT_STORED = { ownerId: '', priority: 'normal' } as const;
