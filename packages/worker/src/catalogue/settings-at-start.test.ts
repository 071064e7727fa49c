import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { openFleet, openNamespace, startProcess } from '@mcp-server/testing';
import t from 'tap';

t.test('a worker with a bad plugin setting exits 78, names the variable and not its value', async (t) => {
  const { env } = await openNamespace(t);

  const starting = startProcess(t, 'worker', { ...env, HTTP_PLUGIN_ALLOW: '10.0.0.0/99' });

  const error = (await t.rejects(starting)) as unknown as Error;
  t.match(error.message, /ended \(78\) before it was up/);
  t.match(error.message, /HTTP_PLUGIN_ALLOW: /);
  t.notMatch(error.message, '10.0.0.0');
});

t.test('a worker with a plugin of another contract exits 78 and says what to install', async (t) => {
  const { env } = await openNamespace(t);
  const dir = t.testdir({
    future: {
      'index.mjs': `export default { contractVersion: '2.0', id: 'future', version: '3.1.4', actions: {} };`,
    },
  });

  const starting = startProcess(t, 'worker', { ...env, PLUGINS_DIR: dir, PLUGIN_ERRORS: 'fail' });

  const error = (await t.rejects(starting)) as unknown as Error;
  t.match(error.message, /ended \(78\)/);
  t.match(
    error.message,
    /"future" 3\.1\.4 .*contract 2\.0, but this worker has contract 1\.3\. Build .*plugin-sdk@1/,
  );
});

t.test('an action runs with the settings of its worker', async (t) => {
  const { startWorker, submit, reach } = await openFleet(t);
  const answers = [503, 200];
  const server = createServer((request, response) => {
    const status = answers.shift() ?? 500;
    response.writeHead(status, { 'retry-after': '0' }).end(request.headers['idempotency-key']);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await startWorker({ HTTP_PLUGIN_ALLOW: '127.0.0.1' });
  const call = (target: string) => ({
    plugin: 'http',
    action: 'request',
    payload: JSON.stringify({ url: target, method: 'POST', responseType: 'text' }),
  });

  const allowed = await submit(call(url));
  const refused = await submit(call(url.replace('127.0.0.1', '127.0.0.2')));

  const done = await reach(allowed, 'completed');
  // The 503 was an attempt of its own, and its repeat carried the same key.
  t.match(done.attempts, [{ outcome: 'failed' }, { outcome: 'completed' }]);
  t.match(JSON.parse(done.result ?? ''), { status: 200, body: allowed });
  t.match(await reach(refused, 'failed'), {
    attempts: { length: 1 },
    failure: { kind: 'error', code: 'SSRF_BLOCKED', message: 'The target of this request is not allowed.' },
  });
});
