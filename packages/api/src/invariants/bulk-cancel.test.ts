import type { BulkCancel, ExecutionRecord } from '@mcp-server/shared';
import {
  buildExecution,
  isWholeMatrix,
  openNamespace,
  type Namespace,
  startOwnRedis,
  startProcess,
  waitFor,
} from '@mcp-server/testing';
import t from 'tap';

const QUEUED = isWholeMatrix ? 3_000 : 600;
const SLOTS = 20;
const STOPPED_WITHIN_MS = 2_000;
/** Some seconds on an idle machine. */
const CANCELLED_WITHIN_MS = 30_000;

for (const isRedisUp of [true, false]) {
  t.test(
    `${QUEUED} queued are cancelled while workers run, with Redis ${isRedisUp ? 'up' : 'away'}: none starts afterwards`,
    { timeout: 300_000 },
    async (t) => {
      const redis = await startOwnRedis(t);
      const space = await openNamespace(t, redis.url);
      const { ExecutionModel } = space.models;
      const worker = { ...space.env, WORKER_CONCURRENCY: String(SLOTS) };
      const apiEnv = { ...space.env, DATA_DIR: t.testdirName, DRAIN_DELAY_MS: '0' };
      const api = await startProcess(t, 'api', apiEnv);
      await startProcess(t, 'worker', worker);
      await startProcess(t, 'worker', worker);
      const url = String(api.started['address']);
      const { token, ownerId } = await signUp(url);
      // The sweep enqueues them, in the order of their ids.
      await ExecutionModel.insertMany(
        Array.from({ length: QUEUED }, () =>
          buildExecution({ ownerId, action: 'sleep', payload: '{"ms":300000}' }),
        ),
      );
      const spared = buildExecution({ action: 'sleep', payload: '{"ms":300000}' });
      await waitFor('busy workers', () => hasRunning(space, 2 * SLOTS), 60_000);
      await ExecutionModel.create(spared);
      if (!isRedisUp) await redis.control.kill();

      const startedAt = performance.now();
      const done = await cancel(url, token);
      const tookMs = performance.now() - startedAt;

      t.comment(`cancelled in ${Math.round(tookMs)} ms`);
      t.match(done, { matched: QUEUED, remaining: 0 });
      t.equal(done.cancelled + done.requested, QUEUED);
      t.ok(tookMs < CANCELLED_WITHIN_MS, `in ${Math.round(tookMs)} ms`);
      await waitFor('all to end', async () => !(await ExecutionModel.exists({ ownerId, status: 'running' })));
      const ended = await ExecutionModel.find({ ownerId }).lean<ExecutionRecord[]>();
      t.same([...new Set(ended.map(({ status }) => status))], ['cancelled']);
      const ran = ended.filter(({ epoch }) => epoch > 0);
      t.comment(`${ran.length} of them ran`);
      t.equal(ran.length, done.requested, 'only those that ran when it answered have ever run');
      const slowestMs = Math.max(...ran.map(({ endedAt, cancel }) => sinceCancel(endedAt, cancel)));
      t.ok(slowestMs < STOPPED_WITHIN_MS, `the last one stopped after ${slowestMs} ms`);
      if (!isRedisUp) await redis.control.restart();
      // Workers are free and go through what is left in the queue; the work of another still runs.
      await waitFor(
        'the spared one',
        async () => {
          const execution = await ExecutionModel.findById(spared._id).lean();
          return execution?.status === 'running';
        },
        60_000,
      );
      t.equal(await ExecutionModel.countDocuments({ ownerId, epoch: { $gt: 0 } }), ran.length);
      t.equal(await ExecutionModel.countDocuments({ ownerId, status: 'cancelled' }), QUEUED);
    },
  );
}

const sinceCancel = (endedAt: Date | undefined, cancel: ExecutionRecord['cancel']) =>
  (endedAt?.getTime() ?? Infinity) - (cancel?.at.getTime() ?? 0);

const hasRunning = async ({ models }: Namespace, count: number) =>
  (await models.ExecutionModel.countDocuments({ status: 'running' })) === count;

async function signUp(url: string): Promise<{ token: string; ownerId: string }> {
  const account = { email: 'mary@example.com', username: 'mary', password: 'Test123456' };
  const answer = await post(`${url}/api/auth/register`, account, {});
  const { accessToken: token, user } = (await answer.json()) as { accessToken: string; user: { id: string } };
  return { token, ownerId: user.id };
}

async function cancel(url: string, token: string): Promise<BulkCancel> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await post(`${url}/api/executions/cancel`, { filter: { action: 'sleep' } }, headers);
  return (await answer.json()) as BulkCancel;
}

const post = (url: string, body: object, headers: Record<string, string>) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
