import { buildQueue, createRedis, enqueueExecution, jobId } from '@mcp-server/shared';
import {
  buildExecution,
  FaultProxy,
  type Fleet,
  openFleet,
  parseMetrics,
  waitFor,
} from '@mcp-server/testing';
import t from 'tap';

type Teardown = Parameters<typeof openFleet>[0];

/** Opens a proxy on the way to a store of the fleet, and the URL that leads through it. */
async function openProxy(t: Teardown, url: string): Promise<{ proxy: FaultProxy; url: string }> {
  const proxied = new URL(url);
  const proxy = await FaultProxy.open(Number(proxied.port));
  t.teardown(() => proxy.close());
  proxied.port = String(proxy.port);
  return { proxy, url: proxied.href };
}

/** Loses the first `count` replies to requests that contain all of these texts: each request takes effect. */
function loseReplies(proxy: FaultProxy, count: number, texts: readonly string[]): { lost: () => number } {
  let lost = 0;
  proxy.setFault({
    kind: 'swallow',
    rate: 1,
    how: 'cut',
    matches: (request) => {
      if (lost >= count || !texts.every((text) => request.includes(text))) return false;
      lost += 1;
      return true;
    },
  });
  return { lost: () => lost };
}

/** A worker that reaches the database through a proxy, and another that does not. */
async function openWorker(t: Teardown, env: Record<string, string> = {}) {
  const fleet = await openFleet(t);
  const { proxy, url } = await openProxy(t, fleet.space.mongodbUri);
  const worker = await fleet.startWorker({ MONGODB_URI: url, ...env });
  return { ...fleet, proxy, worker };
}

async function readCrashes(worker: Awaited<ReturnType<Fleet['startWorker']>>): Promise<number> {
  const page = await fetch(`http://127.0.0.1:${String(worker.started['port'])}/metrics`);
  const family = parseMetrics(await page.text()).find(({ name }) => name === 'mcp_crashes_total');
  return Number(family?.metrics[0]?.value ?? 0);
}

/** Only a claim clears these fields. */
const CLAIM = ['lacksAction', 'heldAt'];

t.test('a claim whose reply is lost twice, or six times, does not count as a crash', async (t) => {
  const { proxy, worker, submit, reach } = await openWorker(t);
  for (const count of [2, 6]) {
    const { lost } = loseReplies(proxy, count, CLAIM);

    const ended = await reach(await submit(), 'completed');

    t.match(ended, { crashes: 0, epoch: 1, attempts: [{ epoch: 1, outcome: 'completed' }] });
    t.equal(lost(), count);
  }
  t.equal(await readCrashes(worker), 0);
});

t.test('another worker can take an execution whose claim got lost, without a crash', async (t) => {
  const { proxy, submit, reach, read, worker, startWorker } = await openWorker(t);
  loseReplies(proxy, 1_000, CLAIM);
  const id = await submit();
  await waitFor('the claim', async () => (await read(id)).epoch > 0);

  const other = await startWorker();

  const { attempts, crashes, epoch } = await reach(id, 'completed', 30_000);
  t.match(attempts, [{ worker: String(other.started['worker']), outcome: 'completed' }]);
  t.match({ crashes, epoch, attempts: attempts.length }, { crashes: 0, epoch: 1, attempts: 1 });
  t.not(other.started['worker'], worker.started['worker']);
});

t.test('each end of an attempt whose reply is lost three times is written once', async (t) => {
  const { space, proxy, submit, reach, read } = await openWorker(t);
  const queue = buildQueue('default', space.redis, space.prefix);
  t.teardown(() => queue.close());
  for (const [what, marks, work, end] of [
    ['a result', ['runMs'], { action: 'echo' }, 'completed'],
    ['a failure', ['runMs'], { action: 'fail', payload: '{"fatal":true}' }, 'failed'],
    [
      'a retry',
      ['nextAttemptAt', 'attemptsUsed'],
      { action: 'flaky', payload: '{"failures":1}' },
      'completed',
    ],
    ['a question', ['askedAt'], { action: 'ask', payload: '{}' }, 'input_required'],
  ] as const) {
    const { lost } = loseReplies(proxy, 3, marks);

    const id = await submit(work);
    await reach(id, end);

    await waitFor('the replies to be lost', () => lost() === 3);
    await waitFor('the delivery to end', async () => (await queue.getJobCountByTypes('active')) === 0);
    const { crashes, handBacks, attempts, attemptsUsed, inputs = [] } = await read(id);
    t.match(
      { crashes, handBacks, attempts: attempts.length, inputs: inputs.length },
      {
        crashes: 0,
        handBacks: 0,
        attempts: end === 'completed' ? attemptsUsed : 1,
        inputs: end === 'input_required' ? 1 : 0,
      },
      what,
    );
  }
});

t.test('a hand-back whose reply is lost three times is one hand-back', async (t) => {
  const grace = { WORKER_GRACE_MS: '6000' };
  const { proxy, worker, submit, reach, read } = await openWorker(t, grace);
  const id = await submit({ action: 'sleep', payload: '{"ms":60000}' });
  await reach(id, 'running');
  const { lost } = loseReplies(proxy, 3, ['handed_back']);

  const { code } = await worker.end('SIGTERM');

  t.match({ code, lost: lost() }, { code: 0, lost: 3 });
  t.match(await read(id), {
    status: 'queued',
    handBacks: 1,
    crashes: 0,
    attempts: [{ outcome: 'handed_back' }],
  });
});

t.test('a settled mark whose reply is lost is set all the same', async (t) => {
  const { proxy, space, submit, reach, read } = await openWorker(t);
  const { lost } = loseReplies(proxy, 3, ['settledAt', '$unset']);
  const task = await space.models.TaskModel.create({
    ownerId: '0123456789abcdef01234567',
    title: 'echo',
    plugin: 'sample',
    action: 'echo',
    payload: '{}',
    priority: 'normal',
    status: 'pending',
  });

  const id = await submit({ taskId: String(task._id) });

  await reach(id, 'completed');
  await waitFor('the mark', async () => (await read(id)).settledAt);
  t.ok(lost() > 0);
});

t.test('a job whose addition is answered by nothing twice is there once', async (t) => {
  const { space, accept, read } = await openFleet(t);
  const { proxy, url } = await openProxy(t, space.redisUrl);
  const redis = createRedis(url, 'producer', () => undefined);
  const queue = buildQueue('default', redis, space.prefix);
  t.teardown(async () => {
    await queue.close();
    redis.disconnect();
  });
  const execution = buildExecution();
  await accept(execution);
  await waitFor('Redis', () => redis.status === 'ready');
  const { lost } = loseReplies(proxy, 4, ['executionId']);

  await t.rejects(enqueueExecution(queue, execution));
  await waitFor('Redis', () => redis.status === 'ready');
  await enqueueExecution(queue, execution).catch(() => undefined);

  t.ok(lost() >= 2);
  t.same(await queue.getJobCounts('prioritized', 'wait', 'delayed'), { prioritized: 1, wait: 0, delayed: 0 });
  t.equal(await queue.getJobState(jobId((await read(execution._id))._id, 1)), 'prioritized');
});
