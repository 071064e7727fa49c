import { announceWorker } from '@mcp-server/shared';
import t from 'tap';

import { publishSample, startTestApp } from '../../../testing/test-app.ts';

const WORKER = {
  _id: 'host-1-abc',
  host: 'host',
  pid: 1,
  version: '0.1.0',
  pools: ['default'],
  plugins: ['sample@1.0.0'],
  slots: 50,
  running: 3,
  state: 'running' as const,
  startedAt: new Date(),
};

t.test('developers see live and dead workers; users do not', async (t) => {
  const test = await startTestApp(t);
  const admin = await test.signUp('admin', 'admin');
  const mary = await test.signUp('mary');
  await announceWorker(test.models.WorkerModel, WORKER);
  await announceWorker(test.models.WorkerModel, { ...WORKER, _id: 'host-2-dead' });
  await test.models.WorkerModel.updateOne(
    { _id: 'host-2-dead' },
    { $set: { seenAt: new Date(Date.now() - 60_000) } },
  );

  const fleet = await test.inject({ url: '/api/workers', headers: admin.headers });
  const refused = await test.inject({ url: '/api/workers', headers: mary.headers });

  t.match(fleet.json(), {
    items: [
      { id: 'host-1-abc', isAlive: true, running: 3, slots: 50, pools: ['default'] },
      { id: 'host-2-dead', isAlive: false },
    ],
  });
  t.equal(refused.statusCode, 403);
});

t.test('a plugin is read by its id', async (t) => {
  const test = await startTestApp(t);
  await publishSample(test);
  const { headers } = await test.signUp('mary');

  const plugin = await test.inject({ url: '/api/plugins/sample', headers });
  const unknown = await test.inject({ url: '/api/plugins/nope', headers });

  t.match(plugin.json(), { id: 'sample', actions: [{ name: 'echo', inputSchema: { type: 'object' } }] });
  t.match(unknown.json(), { status: 404, code: 'unknown_plugin' });
});
