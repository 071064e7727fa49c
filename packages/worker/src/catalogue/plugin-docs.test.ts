import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { openFleet } from '@mcp-server/testing';
import t from 'tap';

const ROOT = new URL('../../../../', import.meta.url);
const EXAMPLES = fileURLToPath(new URL('packages/testing/src/examples/', ROOT));

t.test('the code in docs/plugins.md is the code of its files', async (t) => {
  const page = await readFile(new URL('docs/plugins.md', ROOT), 'utf8');
  const blocks = [...page.matchAll(/<!-- (\S+) -->\n\n```ts\n([\s\S]*?)```/g)];

  t.equal(blocks.length, 3);
  t.equal(page.match(/```ts/g)?.length, blocks.length, 'every block names its file');
  for (const [, file = '', code = ''] of blocks) {
    t.equal(code, await readFile(new URL(file, ROOT), 'utf8'), file);
  }
});

t.test('the plugin in docs/plugins.md runs, retries and sends nothing twice', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const mails: { address: string; key: unknown }[] = [];
  let isBusy = true;
  const server = createServer((request, response) => {
    void json(request).then((mail) => {
      const { address } = mail as { address: string };
      if (address === 'b@example.com' && isBusy) {
        isBusy = false;
        return response.writeHead(429).end();
      }
      mails.push({ address, key: request.headers['idempotency-key'] });
      return response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  await startWorker({
    PLUGINS_DIR: EXAMPLES,
    NEWSLETTER_PLUGIN_MAIL_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    NEWSLETTER_PLUGIN_MAX_RECIPIENTS: '2',
  });
  const send = (to: string[]) =>
    submit({ plugin: 'newsletter', action: 'send', payload: JSON.stringify({ text: 'Hello', to }) });

  const id = await send(['a@example.com', 'b@example.com']);
  const tooMany = await send(['a@example.com', 'b@example.com', 'c@example.com']);

  t.match(await reach(id, 'completed'), { result: '{"sent":2}', attempts: { length: 2 } });
  t.same(mails, [
    { address: 'a@example.com', key: `${id}-0` },
    { address: 'b@example.com', key: `${id}-1` },
  ]);
  t.match(await reach(tooMany, 'failed'), { failure: { code: 'TOO_MANY' }, attempts: { length: 1 } });
});
