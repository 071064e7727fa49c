import { type Fleet, forecastFolder, openFleet, waitFor } from '@mcp-server/testing';

import { quantile } from '../drive/closed-loop.ts';
import type { Case, Figures } from './case.ts';

const EXECUTIONS = 100;
const OTHERS = 3;
const FORECAST = { plugin: 'forecast', action: 'report', pluginVersion: '1.0.0', payload: '{"city":"Rome"}' };

/** Milliseconds from acceptance to start, of executions that are submitted one after the other. */
async function waitsOf({ submit, reach }: Fleet, count: number, work: Parameters<Fleet['submit']>[0]) {
  const ids: string[] = [];
  for (let index = 0; index < count; index += 1) ids.push(await submit(work));
  const ended = await Promise.all(ids.map((id) => reach(id, 'completed')));
  return ended.map(({ createdAt, attempts }) => attempts[0]!.startedAt.getTime() - createdAt.getTime());
}

/** Work that only one worker can run, which the others pass on, against work that each of them can run. */
export const handOver: Case = {
  name: 'hand-over',
  title: `executions of an action that one worker of ${OTHERS + 1} has, and of one that all have: from acceptance to start`,
  async open(stage, { scale }) {
    const fleet = await openFleet({ teardown: (close) => stage.defer(close) });
    await Promise.all([
      fleet.startWorker({ PLUGINS_DIR: forecastFolder('one') }),
      ...Array.from({ length: OTHERS }, () => fleet.startWorker()),
    ]);
    const { WorkerModel } = fleet.space.models;
    await waitFor('the able worker to be known', () => WorkerModel.exists({ plugins: 'forecast@1.0.0' }));
    const count = Math.ceil(EXECUTIONS * scale);

    return async (): Promise<Figures> => {
      const byAll = await waitsOf(fleet, count, {});
      const byOne = await waitsOf(fleet, count, FORECAST);
      return {
        'all able p50 ms': quantile(byAll, 0.5),
        'all able p95 ms': quantile(byAll, 0.95),
        'one able p50 ms': quantile(byOne, 0.5),
        'one able p95 ms': quantile(byOne, 0.95),
      };
    };
  },
};
