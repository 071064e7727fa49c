import { drawHostile, forEachHostile, sampleDocument, startRegistry, storeRaw } from '@mcp-server/testing';
import t from 'tap';

import { NO_LIMITS, watchReplies } from '../../testing/hostile-run.ts';
import { startTestApp } from '../../testing/test-app.ts';

const PLUGINS = '/api/marketplace/plugins';

t.test('no stored field of a package breaks the list, a change or a removal', async (t) => {
  const registry = await startRegistry(t);
  const test = await startTestApp(t, { ...NO_LIMITS, MARKETPLACE_REGISTRY: registry.url });
  const admin = await test.signUp('admin', 'admin');
  let built = 0;
  const documents = drawHostile(test, 'MarketplacePackage', () => {
    const id = `hostile-${++built}`;
    return sampleDocument('MarketplacePackage', { _id: id, pluginId: id });
  });
  await storeRaw(
    test,
    'MarketplacePackage',
    documents.map(({ document }) => document),
  );
  const replies = watchReplies(test, admin);

  const list = await replies.send('packages', { url: PLUGINS });
  await forEachHostile(documents, async ({ name, document }) => {
    const url = `${PLUGINS}/${String(document['_id'])}`;
    await replies.send(`read ${name}`, { url });
    for (const action of ['pin', 'unpin', 'rollback'])
      await replies.send(`${action} ${name}`, { method: 'POST', url: `${url}/${action}` });
    await replies.send(`remove ${name}`, { method: 'DELETE', url });
  });

  replies.report(t);
  t.equal(list.statusCode, 200);
});
