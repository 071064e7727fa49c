import { drawHostile, forEachHostile, sampleDocument, storeRaw } from '@mcp-server/testing';
import t from 'tap';

import { NO_LIMITS, watchReplies } from '../../testing/hostile-run.ts';
import { startTestApp } from '../../testing/test-app.ts';

t.test('no stored field of a secret breaks the list, a change or a removal', async (t) => {
  const test = await startTestApp(t, NO_LIMITS);
  const admin = await test.signUp('admin', 'admin');
  let built = 0;
  const documents = drawHostile(test, 'Secret', () => {
    const name = `hostile-${++built}`;
    return sampleDocument('Secret', { _id: `${admin.id}/${name}`, owner: admin.id, name });
  });
  await storeRaw(
    test,
    'Secret',
    documents.map(({ document }) => document),
  );
  // The stored ones are more than a user may create, which does not keep them from being replaced.
  const replies = watchReplies(test, admin);

  const list = await replies.send('secrets', { url: '/api/secrets' });
  await forEachHostile(documents, async ({ name, document }) => {
    const url = `/api/secrets/${String(document['_id']).split('/')[1]}`;
    await replies.send(`keep ${name}`, { method: 'PUT', url, payload: { hosts: ['a.example'] } });
    await replies.send(`replace ${name}`, { method: 'PUT', url, payload: { value: 'a-new-value' } });
    await replies.send(`remove ${name}`, { method: 'DELETE', url });
  });

  replies.report(t);
  t.equal(list.statusCode, 200);
});
