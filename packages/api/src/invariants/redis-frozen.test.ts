import { setInterval as every } from 'node:timers/promises';

import { openNamespace, startOwnRedis, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

const FROZEN_MS = 20_000;
const PAUSE_MS = 50;
const ANSWERED_WITHIN_MS = 1_000;
const FIVE_MINUTES_MS = 300_000;

interface Answer {
  status: number;
  tookMs: number;
  executionId: string;
}

t.test(
  'Redis frozen for 20 s under load: every request gets a response within 1 s, and accepted work runs afterwards',
  { timeout: FIVE_MINUTES_MS },
  async (t) => {
    const redis = await startOwnRedis(t);
    const space = await openNamespace(t, redis.url);
    const [api] = await Promise.all([
      startProcess(t, 'api', { ...space.env, DATA_DIR: t.testdir({}), DRAIN_DELAY_MS: '0' }),
      startProcess(t, 'worker', space.env),
    ]);
    const url = String(api.started['address']);
    await waitFor('readiness', () => fetch(`${url}/health/ready`).then(({ ok }) => ok));
    const token = await signUp(url);
    await waitFor('the catalogue', async () => (await execute(url, token)).status === 202);

    redis.control.pause();
    const answers = await loadFor(FROZEN_MS, () => execute(url, token));
    const ready = (await fetch(`${url}/health/ready`).then((answer) => answer.json())) as { status: string };
    redis.control.resume();

    t.equal(ready.status, 'degraded');
    t.same([...new Set(answers.map(({ status }) => status))], [202]);
    const slowest = Math.max(...answers.map(({ tookMs }) => tookMs));
    t.ok(
      slowest < ANSWERED_WITHIN_MS,
      `${answers.length} answers, the slowest after ${Math.round(slowest)} ms`,
    );
    const ids = answers.map(({ executionId }) => executionId);
    await waitFor(
      'all to complete',
      async () =>
        (await space.models.ExecutionModel.countDocuments({ _id: { $in: ids }, status: 'completed' })) ===
        ids.length,
      FIVE_MINUTES_MS,
    );
  },
);

/** Starts a request every 50 ms, whether or not earlier ones have ended; resolves to all responses. */
async function loadFor(ms: number, send: () => Promise<Answer>): Promise<Answer[]> {
  const answers: Promise<Answer>[] = [];
  const until = performance.now() + ms;
  for await (const _tick of every(PAUSE_MS)) {
    answers.push(send());
    if (performance.now() > until) break;
  }
  return Promise.all(answers);
}

async function signUp(url: string): Promise<string> {
  const account = { email: 'frozen@example.com', username: 'frozen', password: 'Test123456' };
  const answer = await post(`${url}/api/auth/register`, account);
  const { accessToken } = (await answer.json()) as { accessToken: string };
  return accessToken;
}

async function execute(url: string, token: string): Promise<Answer> {
  const startedAt = performance.now();
  const call = { plugin: 'sample', action: 'echo', payload: { message: 'frozen' } };
  const answer = await post(`${url}/mcp/execute`, call, {
    authorization: `Bearer ${token}`,
    prefer: 'respond-async',
  });
  const { executionId } = (await answer.json()) as { executionId: string };
  return { status: answer.status, tookMs: performance.now() - startedAt, executionId };
}

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
