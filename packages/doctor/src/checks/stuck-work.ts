import { END_STATUSES, type ExecutionRecord, findByIndex, jobId, readDatabaseTime } from '@mcp-server/shared';

import { defineCheck, fail, type Finding, problemsOr } from '../check.ts';
import type { Installation } from '../installation.ts';

/** Time after which a running sweep would have repaired it. */
const STUCK_MS = 30_000;
/** Number of the oldest waiting executions that are checked. */
const SAMPLE = 200;
const SWEEP = 'start a worker that reaches Redis and the database; its sweep repairs this within seconds';

/** Counts executions that wait in the database without a job in Redis. */
async function countUndelivered({ models, queueOf }: Installation, before: Date): Promise<number> {
  type Waiting = Pick<ExecutionRecord, '_id' | 'seq' | 'pool'>;
  const waiting = await findByIndex<ExecutionRecord, Waiting>(models.ExecutionModel, {
    conditions: { status: 'queued', updatedAt: { $lt: before } },
    key: { status: 1, _id: 1 },
    sort: { _id: 1 },
    fields: { seq: 1, pool: 1 },
    limit: SAMPLE,
  });
  const states = await Promise.all(
    waiting.map(({ _id, seq, pool }) => queueOf(pool).getJobState(jobId(_id, seq))),
  );
  return states.filter((state) => ['unknown', 'completed', 'failed'].includes(state)).length;
}

export default defineCheck({
  needs: ['mongodb'],
  async run(installation) {
    const { ExecutionModel } = installation.models;
    const before = new Date((await readDatabaseTime(ExecutionModel)).getTime() - STUCK_MS);
    const [lapsed, unsettled, undelivered] = await Promise.all([
      ExecutionModel.countDocuments({ status: 'running', 'lease.until': { $lt: before } }),
      ExecutionModel.countDocuments({
        isUnsettled: true,
        status: { $in: END_STATUSES },
        endedAt: { $lt: before },
      }),
      installation.isUp.redis ? countUndelivered(installation, before) : 0,
    ]);
    const counts: [number, string][] = [
      [lapsed, 'are running with a lease that lapsed long ago'],
      [undelivered, 'are queued without a job in Redis'],
      [unsettled, 'ended without being settled'],
    ];
    const wrong: Finding[] = counts
      .filter(([count]) => count > 0)
      .map(([count, what]) => fail(`${count} executions ${what}`, SWEEP));
    return problemsOr(wrong, 'no stuck executions');
  },
});
