import { randomUUID } from 'node:crypto';

import { buildExecutionWrites, insertTask } from '@mcp-server/shared';
import { type Fleet, openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const OWNER = '0123456789abcdef01234567';

/**
 * Claims and ends executions in a batch and does nothing more, like a worker that died before it published the ends.
 */
async function endAndDie({ space }: Fleet, ids: readonly string[]): Promise<void> {
  const writes = buildExecutionWrites(space.models.ExecutionModel);
  const claim = {
    seq: 1,
    worker: 'dead',
    leaseMs: 5_000,
    canJudgeLeases: true,
    canTakeSuspect: false,
  };
  await Promise.all(ids.map((id) => writes.claim({ ...claim, id, token: randomUUID() })));
  const end = { kind: 'completed', result: '{"message":"hello"}' } as const;
  const of = { plugin: 'sample', action: 'echo' };
  await Promise.all(ids.map((id) => writes.finish({ id, epoch: 1, of, end, retentionSeconds: 1_000 })));
  await writes.close();
}

t.test(
  'after an end that was not published nothing is left without a task; with one the sweep settles it',
  async (t) => {
    const fleet = await openFleet(t);
    const { TaskModel, ExecutionModel } = fleet.space.models;
    const inserted = await insertTask(TaskModel, {
      ownerId: OWNER,
      title: 'echo',
      priority: 'normal',
      tags: [],
      plugin: 'sample',
      action: 'echo',
      payload: '{"message":"hello"}',
    });
    if (inserted.kind !== 'inserted') throw new Error(inserted.kind);
    const { id: taskId } = inserted.task;
    const alone = [await fleet.accept(), await fleet.accept()];
    const ofTask = await fleet.accept({ taskId });

    await endAndDie(fleet, [...alone, ofTask]);

    for (const id of alone) {
      const ended = await fleet.read(id);
      t.match(ended, { status: 'completed', settledAt: ended.endedAt });
      t.notOk('isUnsettled' in ended);
    }
    t.match(await fleet.read(ofTask), { status: 'completed', isUnsettled: true, settledAt: undefined });
    t.match(await TaskModel.findById(taskId).lean(), { status: 'pending' });

    const worker = await fleet.startWorker({ LEASE_MS: '900', BEAT_MS: '200', SWEEP_MS: '200' });
    await waitFor('the sweep', async () => (await fleet.read(ofTask)).settledAt, 20_000);
    t.match(await TaskModel.findById(taskId).lean(), { status: 'completed', lastExecutionId: ofTask });
    t.equal(await ExecutionModel.countDocuments({ isUnsettled: true }), 0);
    await worker.end('SIGTERM');
  },
);
