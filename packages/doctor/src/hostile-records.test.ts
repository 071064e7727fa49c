import { randomUUID } from 'node:crypto';

import { describeDraw, drawHostile, openNamespace, sampleDocument, storeRaw } from '@mcp-server/testing';
import t from 'tap';

import { readLines } from './testing/test-doctor.ts';

const LONG_AGO = new Date(Date.now() - 600_000);
const STATUSES = ['queued', 'retrying', 'running', 'completed'];

t.test('no stored field keeps a check from its report', async (t) => {
  const space = await openNamespace(t);
  let built = 0;
  const builders: Record<string, () => Record<string, unknown>> = {
    PluginExecution: () =>
      sampleDocument('PluginExecution', {
        _id: randomUUID(),
        status: STATUSES[built++ % STATUSES.length],
        lacksAction: true,
        endedAt: LONG_AGO,
        updatedAt: LONG_AGO,
        fireTime: new Date(built),
      }),
    Worker: () => sampleDocument('Worker', { _id: randomUUID(), seenAt: new Date() }),
    Pause: () =>
      sampleDocument('Pause', { _id: `plugin:plugin-${built}`, kind: 'plugin', name: `plugin-${built++}` }),
  };
  for (const [model, build] of Object.entries(builders)) {
    const documents = drawHostile(space, model, build).map(({ document }) => document);
    await storeRaw(space, model, documents);
  }

  const { code, lines } = await readLines(space.env);

  t.comment(describeDraw());
  t.ok(code === 0 || code === 1, `exit code ${code}`);
  t.same(
    lines.filter(({ found }) => found.startsWith('the check itself failed')),
    [],
  );
});
