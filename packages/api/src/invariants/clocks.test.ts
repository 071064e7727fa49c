import { type ExecutionRecord, readDatabaseTime, type TaskRecord } from '@mcp-server/shared';
import {
  CORRECTS_CLOCK,
  openNamespace,
  type ProductProcess,
  shiftedClock,
  startProcess,
  waitFor,
} from '@mcp-server/testing';
import t, { type Test } from 'tap';

const HOUR_MS = 3_600_000;
const DEADLINE_SECONDS = 15;
/** One round trip on a busy machine. */
const TOLERANCE_MS = 2_000;

const SECRETS = {
  JWT_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U',
  REFRESH_TOKEN_SECRET: 'Kn4uRw9xYa3MsLq7ItOe0CdZg5HbUf8V',
};

interface Api {
  process: ProductProcess;
  post: (path: string, body: object, headers?: Record<string, string>) => Promise<Response>;
  get: (path: string, headers: Record<string, string>) => Promise<Response>;
}

/** APIs with right and wrong clocks, a worker with one slot, and a key that every API accepts. */
async function openApis(t: Test) {
  const space = await openNamespace(t);
  const start = async (skewMs: number): Promise<Api> => {
    const process = await startProcess(t, 'api', {
      ...space.env,
      ...SECRETS,
      ...(skewMs === 0 ? {} : shiftedClock(skewMs)),
      DATA_DIR: t.testdir({}),
      DRAIN_DELAY_MS: '0',
      EXECUTION_DEADLINE_SECONDS: String(DEADLINE_SECONDS),
    });
    const url = String(process.started['address']);
    return {
      process,
      post: (path, body, headers = {}) =>
        fetch(`${url}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body: JSON.stringify(body),
        }),
      get: (path, headers) => fetch(`${url}${path}`, { headers }),
    };
  };
  const right = await start(0);
  const [ahead, behind] = await Promise.all([start(HOUR_MS), start(-HOUR_MS)]);
  await startProcess(t, 'worker', { ...space.env, WORKER_CONCURRENCY: '1', SWEEP_MS: '200' });
  const account = { email: 'mary@example.com', username: 'mary', password: 'Test123456' };
  const signedIn = await json<{ accessToken: string; refreshToken: string }>(
    right.post('/api/auth/register', account),
  );
  const bearer = { authorization: `Bearer ${signedIn.accessToken}` };
  const scopes = ['tasks:read', 'tasks:write', 'execute'];
  const { key } = await json<{ key: string }>(
    right.post('/api/auth/api-key/generate', { name: 'clocks', scopes }, bearer),
  );
  const headers = { 'x-api-key': key };
  await waitFor('the catalogue', () => space.models.PluginModel.exists({ id: 'sample' }));
  const read = (id: string) => space.models.ExecutionModel.findById(id).lean<ExecutionRecord>();
  return {
    space,
    right,
    ahead,
    behind,
    headers,
    refreshToken: signedIn.refreshToken,
    read,
    execute: async ({ post }: Api, action: string, payload: object): Promise<string> => {
      const call = { plugin: 'sample', action, payload };
      const asked = () => post('/mcp/execute', call, { ...headers, prefer: 'respond-async' });
      return (await json<{ executionId: string }>(asked())).executionId;
    },
    reach: (id: string, status: ExecutionRecord['status']) =>
      waitFor(
        `${id} to be ${status}`,
        async () => {
          const execution = await read(id);
          return execution?.status === status && execution;
        },
        90_000,
      ),
  };
}

async function json<T>(response: Promise<Response>): Promise<T> {
  const answer = await response;
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status} ${text}`);
  return JSON.parse(text) as T;
}

t.test(
  'the clock of an API decides no deadline, no order and no session',
  { timeout: 240_000 },
  async (t) => {
    const apis = await openApis(t);
    const { space, right, ahead, behind, headers, execute, reach, read } = apis;
    const databaseTime = async () => (await readDatabaseTime(space.models.TaskModel)).getTime();

    const isByDatabase = async (t: Test, api: Api) => {
      const before = await databaseTime();
      const id = await execute(api, 'echo', { message: 'when' });
      const after = await databaseTime();
      const { createdAt, deadlineAt } = (await read(id))!;
      t.ok(createdAt.getTime() >= before - TOLERANCE_MS && createdAt.getTime() <= after + TOLERANCE_MS);
      t.equal(deadlineAt!.getTime() - createdAt.getTime(), DEADLINE_SECONDS * 1_000);
      return id;
    };

    for (const [name, api] of Object.entries({ ahead, behind })) {
      await t.test(`times of an API an hour ${name} are those of the database`, async (t) => {
        const id = await isByDatabase(t, api);
        await reach(id, 'completed');
      });
    }

    await t.test('work of an API ahead expires at its deadline, not an hour later', async () => {
      const blocker = await execute(behind, 'sleep', { ms: 600_000 });
      await reach(blocker, 'running');
      const id = await execute(ahead, 'echo', { message: 'too late' });

      t.match((await reach(id, 'failed')).failure, { kind: 'expired' });
      const { status } = await right.post(`/api/executions/${blocker}/cancel`, {}, headers);
      t.ok(status < 300);
      await reach(blocker, 'cancelled');
    });

    await t.test('a task shows the execution that was accepted last, through whichever API', async (t) => {
      const work = { title: 'clocks', plugin: 'sample', action: 'echo', payload: { message: 'again' } };
      const { id: taskId } = await json<{ id: string }>(right.post('/api/tasks', work, headers));
      const run = async ({ post }: Api) => {
        const { executionId } = await json<{ executionId: string }>(
          post(`/api/tasks/${taskId}/execute`, {}, headers),
        );
        await reach(executionId, 'completed');
        return executionId;
      };
      await run(ahead);
      await run(right);
      const last = await run(behind);

      const task = await space.models.TaskModel.findById(taskId).lean<TaskRecord>();
      t.equal(task?.lastExecutionId, last);
    });

    await t.test('a clock that is corrected while the API runs', async (t) => {
      for (const api of [ahead, behind]) {
        api.process.child.kill(CORRECTS_CLOCK);
        await isByDatabase(t, api);
      }
    });
  },
);

t.test('two tabs that refresh through APIs with different clocks are not a theft', async (t) => {
  const { right, behind, refreshToken } = await openApis(t);
  const next = await json<{ refreshToken: string }>(behind.post('/api/auth/refresh', { refreshToken }));

  t.equal((await right.post('/api/auth/refresh', { refreshToken })).status, 401);
  t.equal((await right.post('/api/auth/refresh', { refreshToken: next.refreshToken })).status, 200);
});
