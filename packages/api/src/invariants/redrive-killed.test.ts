import type { Redrive } from '@mcp-server/shared';
import { buildFailure, openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t from 'tap';

import { publishSample } from '../testing/test-app.ts';

const FAILURES = 400;
const CAP = 300;
const KILL_AFTER = 40;
const SECRETS = {
  JWT_SECRET: 'Jm3tQv8wXz2LrKp6HsNd9BcYf4GaTe7U',
  REFRESH_TOKEN_SECRET: 'Km3tQv8wXz2LrKp6HsNd9BcYf4GaTe7V',
};

t.test(
  'an API killed in the middle of a redrive: the same request resumes, up to exactly its cap, without a duplicate',
  { timeout: 180_000 },
  async (t) => {
    const space = await openNamespace(t);
    await publishSample(space);
    const { ExecutionModel } = space.models;
    const env = { ...space.env, ...SECRETS, DATA_DIR: t.testdir({}), DRAIN_DELAY_MS: '0' };
    const killed = await startProcess(t, 'api', env);
    const { token, userId } = await signUp(String(killed.started['address']));
    await ExecutionModel.insertMany(
      Array.from({ length: FAILURES }, (_, index) => buildFailure(`order ${index}`, { ownerId: userId })),
    );
    const count = () => ExecutionModel.countDocuments({ redriveId: { $exists: true } });

    const cutOff = redrive(String(killed.started['address']), token).catch(() => 'cut off');
    await waitFor('some to be started', async () => (await count()) >= KILL_AFTER, 60_000);
    await killed.end('SIGKILL');
    const before = await count();
    const { started } = await startProcess(t, 'api', env);
    const answer = await redrive(String(started['address']), token);
    const repeat = await redrive(String(started['address']), token);

    t.equal(await cutOff, 'cut off');
    t.comment(`killed after ${before} of ${CAP}`);
    t.ok(before >= KILL_AFTER && before < CAP, 'it was in the middle');
    t.match(answer.body, { matched: FAILURES, started: CAP, skipped: 0, remaining: FAILURES - CAP });
    t.same([answer.replayed, repeat.replayed], [null, 'true']);
    t.same(repeat.body, answer.body);
    const made = await ExecutionModel.find({ redriveId: { $exists: true } }).lean();
    t.equal(made.length, CAP);
    t.equal(new Set(made.map(({ rerunOf }) => rerunOf)).size, CAP, 'each of a failure of its own');
    const events = await space.models.AuditModel.find().sort({ _id: 1 }).lean();
    t.match(events, [{ outcome: 'begun' }, { outcome: 'done' }], 'the audit shows both');
  },
);

async function signUp(url: string): Promise<{ token: string; userId: string }> {
  const account = { email: 'mary@example.com', username: 'mary', password: 'Test123456' };
  const answer = await post(`${url}/api/auth/register`, account, {});
  const { accessToken: token, user } = (await answer.json()) as { accessToken: string; user: { id: string } };
  return { token, userId: user.id };
}

async function redrive(url: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, 'idempotency-key': 'after-the-outage' };
  const answer = await post(
    `${url}/api/executions/redrive`,
    { filter: { status: 'failed' }, cap: CAP, staggerSeconds: 60 },
    headers,
  );
  return { body: (await answer.json()) as Redrive, replayed: answer.headers.get('idempotent-replayed') };
}

const post = (url: string, body: object, headers: Record<string, string>) =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
