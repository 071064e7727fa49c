import { waitFor } from '@mcp-server/testing';
import t from 'tap';

import { openCaller } from './client.ts';
import { startRig } from './rig.ts';

const TASKS = 40;
const SECONDS = 6;
const ALL_ENDED_MS = 60_000;

t.test(
  '40 mcpTasks run, one worker is killed: all complete, and the client that polls sees no error',
  async (t) => {
    const { url, apiKey, workers, space } = await startRig(t);
    const call = openCaller(url, apiKey);
    const created = await Promise.all(
      Array.from({ length: TASKS }, (_, index) =>
        call('tools/call', { name: 'slow_compute', arguments: { seconds: SECONDS, label: `task ${index}` } }),
      ),
    );
    const ids = created.map(({ taskId }) => String(taskId));
    const running = () => space.models.ExecutionModel.countDocuments({ status: 'running' });
    await waitFor('all to run', async () => (await running()) === TASKS);
    const victim = workers[0];
    const heldCount = await space.models.ExecutionModel.countDocuments({
      status: 'running',
      'lease.worker': String(victim?.started['worker']),
    });

    await victim?.end('SIGKILL');
    const lastPolls = new Map<string, Record<string, unknown>>();
    await waitFor(
      'all to end',
      async () => {
        // A failed poll rejects here and fails the test.
        const open = ids.filter((id) => lastPolls.get(id)?.['status'] !== 'completed');
        const polls = await Promise.all(open.map((taskId) => call('tasks/get', { taskId })));
        for (const poll of polls) lastPolls.set(String(poll['taskId']), poll);
        return polls.every(({ status }) => status === 'completed');
      },
      ALL_ENDED_MS,
    );

    t.ok(heldCount > 0, `the killed worker held ${heldCount} of them`);
    t.equal(lastPolls.size, TASKS);
    t.notOk([...lastPolls.values()].some(({ result }) => (result as { isError?: boolean }).isError));
  },
);
