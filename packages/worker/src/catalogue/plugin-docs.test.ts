import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

import { buildQueue, enqueueExecution, provideInput } from '@mcp-server/shared';
import { openFleet, waitFor } from '@mcp-server/testing';
import t from 'tap';

const ROOT = new URL('../../../../', import.meta.url);
const EXAMPLES = fileURLToPath(new URL('examples/plugins/', ROOT));

t.test('the code in docs/plugins.md is the code of its files', async (t) => {
  const page = await readFile(new URL('docs/plugins.md', ROOT), 'utf8');
  const blocks = [...page.matchAll(/<!-- (\S+) -->\n\n```ts\n([\s\S]*?)```/g)];

  t.equal(blocks.length, 8);
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

const accept = (content: object) => JSON.stringify({ action: 'accept', content });

t.test('the plugin in docs/plugins.md asks, shows content, and is a resource and a prompt', async (t) => {
  const { startWorker, submit, reach, space } = await openFleet(t);
  const { ExecutionModel, PluginModel } = space.models;
  const queue = buildQueue('default', space.redis, space.prefix);
  t.teardown(() => queue.close());
  await startWorker({ PLUGINS_DIR: EXAMPLES });
  const call = (action: string, payload: object) =>
    submit({ plugin: 'trips', action, payload: JSON.stringify(payload) });
  const answer = async (id: string, answers: Record<string, string>) => {
    await reach(id, 'input_required');
    const outcome = await provideInput(ExecutionModel, { id, answers: new Map(Object.entries(answers)) });
    if (outcome.kind === 'resumed') await enqueueExecution(queue, outcome.execution);
  };

  const booked = await call('book', { from: 'Oslo', to: 'Rome' });
  const declined = await call('book', { from: 'Rome', to: 'Oslo' });
  await answer(booked, { 'input-1': accept({ passenger: 'Ada' }) });
  await answer(declined, { 'input-1': '{"action":"decline"}' });
  await answer(booked, { email: accept({ address: 'ada@example.com' }), folders: '{"roots":[]}' });

  const ticket = 'OR-7, Ada, window for ada@example.com, 0 folders';
  const { result, content, steps } = await reach(booked, 'completed');
  t.same(JSON.parse(result ?? ''), { booked: true, ticket });
  t.same(JSON.parse(content ?? ''), [{ type: 'text', text: `Your ticket: ${ticket}` }]);
  t.same(Object.keys(steps ?? {}), ['train', 'ticket']);
  t.match(await reach(declined, 'completed'), { result: '{"booked":false}' });

  const there = await call('resource-station', { uri: 'trips://stations/Oslo', variables: { city: 'Rome' } });
  const nowhere = await call('resource-station', { uri: 'trips://stations/Atlantis' });
  const prompt = await call('prompt-plan', { city: 'Rome' });
  t.match(JSON.parse((await reach(there, 'completed')).result ?? ''), [
    { text: 'Oslo: trains to two cities' },
  ]);
  t.match(await reach(nowhere, 'failed'), { failure: { code: 'NOT_FOUND' }, attempts: { length: 1 } });
  t.match(JSON.parse((await reach(prompt, 'completed')).result ?? ''), [
    { role: 'user', content: { text: 'I want to go to Rome. What matters: a short ride.' } },
  ]);

  const record = await waitFor('the catalogue', () => PluginModel.findById('trips@1.0.0').lean());
  t.match(record.actions, [
    { name: 'book', publicName: 'book_trip', isTool: true, tool: { inputFirst: true, onDisconnect: 'keep' } },
    { name: 'resource-station', isTool: false, tool: { asTask: 'auto' } },
    { name: 'prompt-plan', isTool: false },
  ]);
  t.match(record.resources, [
    { name: 'station', uri: 'trips://stations/{city}', isTemplate: true, action: 'resource-station' },
  ]);
  t.match(record.prompts, [
    {
      name: 'plan_trip',
      action: 'prompt-plan',
      arguments: [
        { name: 'city', required: true, completions: ['Berlin', 'Oslo', 'Rome'] },
        { name: 'wish', required: false },
      ],
    },
  ]);
});
