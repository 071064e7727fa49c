import type { AuditEvent, Execution } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import t from 'tap';

import { type Account, publishSample, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const rerun = async (test: TestApp, { headers }: Account, id: string, payload: object = {}) =>
  test.inject({ method: 'POST', url: `/api/executions/${id}/rerun`, headers, payload });

const read = async (test: TestApp, { headers }: Account, id: string) =>
  (await test.inject({ url: `/api/executions/${id}`, headers })).json<Execution>();

const idOf = (reply: { json: () => { executionId: string } }) => reply.json().executionId;

t.test('a chain of reruns is visible from both ends', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const mary = await test.signUp('mary');
  const first = buildExecution({ ownerId: mary.id, status: 'failed' });
  await test.models.ExecutionModel.create(first);

  const second = idOf(await rerun(test, mary, first._id));
  const other = idOf(await rerun(test, mary, first._id));
  const third = idOf(await rerun(test, mary, second));

  t.match(await read(test, mary, first._id), { reruns: [second, other] });
  t.match(await read(test, mary, second), { rerunOf: first._id, reruns: [third] });
  t.match(await read(test, mary, third), { rerunOf: second, reruns: [] });
});

t.test(
  "an admin reruns another user's execution: the rerun is the owner's, and the audit records the admin",
  async (t) => {
    const test = await startTestApp(t);
    await publishSample(test);
    const [admin, mary, eve] = [
      await test.signUp('admin', 'admin'),
      await test.signUp('mary'),
      await test.signUp('eve'),
    ];
    const first = buildExecution({ ownerId: mary.id });
    await test.models.ExecutionModel.create(first);

    const byEve = await rerun(test, eve, first._id);
    const byMary = await rerun(test, mary, first._id);
    const byAdmin = await rerun(test, admin, first._id, { payload: { message: 'edited' } });
    const refused = await rerun(test, admin, first._id, { payload: { message: 1 } });

    t.same(
      [byEve, byMary, byAdmin, refused].map(({ statusCode }) => statusCode),
      [404, 202, 202, 400],
    );
    t.match(await read(test, mary, idOf(byAdmin)), { ownerId: mary.id, payload: { message: 'edited' } });
    const audit = await test.inject({ url: `/api/audit?target=${first._id}`, headers: admin.headers });
    t.match(audit.json<{ items: AuditEvent[] }>().items, [
      { outcome: 'refused', details: { code: 'invalid_payload' } },
      {
        actor: admin.id,
        action: 'execution.rerun',
        target: first._id,
        ip: '127.0.0.1',
        outcome: 'done',
        details: { ownerId: mary.id, isPayloadEdited: true, executionId: idOf(byAdmin) },
      },
    ]);
    t.equal(audit.json<{ items: AuditEvent[] }>().items.length, 2, 'what owners do themselves is not in it');
    t.notOk(audit.body.includes('edited"'), 'the payload is not in it');
  },
);
