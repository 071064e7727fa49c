import t from 'tap';

import { readBrokenPlugin } from './broken-plugin.ts';

t.test('the line of a worker about a broken plugin is shown with its plugin and problem', async (t) => {
  const text = 'Plugin "shop" 1.0.0 (/plugins/shop/index.ts): title: is missing';
  const line = JSON.stringify({
    level: 50,
    plugin: 'shop',
    text,
    msg: 'plugin cannot be used; the worker runs without it',
  });

  t.equal(readBrokenPlugin(line), `the worker runs without a plugin. ${text}`);
});

t.test('other lines are not shown', async (t) => {
  for (const line of [
    '',
    '{"msg":"worker started"}',
    'plugin cannot be used; the worker runs without it',
    '{',
  ])
    t.equal(readBrokenPlugin(line), undefined);
});
