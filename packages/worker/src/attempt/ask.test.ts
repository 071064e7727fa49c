import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { enqueueExecution, buildQueue, provideInput } from '@mcp-server/shared';
import { openFleet } from '@mcp-server/testing';
import t, { type Test } from 'tap';

const accept = (content: object) => ({ action: 'accept', content });
const sampled = { role: 'assistant', content: { type: 'text', text: 'Paris' } };
const roots = { roots: [{ uri: 'file:///work', name: 'Work' }] };

/** Opens a worker, with functions that call the asking plugin and answer it. */
async function openAsking(t: Test) {
  const fleet = await openFleet(t);
  const { models, redis, prefix } = fleet.space;
  const queue = buildQueue('default', redis, prefix);
  t.teardown(() => queue.close());
  await fleet.startWorker();
  const call = (action: string, payload = {}, earlyAnswers?: object) =>
    fleet.submit({
      plugin: 'asking',
      action,
      payload: JSON.stringify(payload),
      ...(earlyAnswers ? { earlyAnswers: JSON.stringify(earlyAnswers) } : {}),
    });
  const answer = async (id: string, answers: Record<string, unknown>) => {
    const texts = new Map(Object.entries(answers).map(([key, value]) => [key, JSON.stringify(value)]));
    const outcome = await provideInput(models.ExecutionModel, { id, answers: texts });
    if (outcome.kind === 'resumed') await enqueueExecution(queue, outcome.execution);
    return outcome.kind;
  };
  const openKeys = async (id: string) => {
    const { inputs } = await fleet.reach(id, 'input_required');
    return inputs?.filter((input) => input.answer === undefined).map(({ key }) => key);
  };
  return { ...fleet, call, answer, openKeys };
}

t.test('several questions of three kinds are answered one by one, and asked once', async (t) => {
  const { call, answer, openKeys, reach, read } = await openAsking(t);
  const id = await call('several');
  t.same(await openKeys(id), ['name', 'model', 'roots']);
  t.match((await read(id)).inputs, [
    { method: 'elicitation/create' },
    { method: 'sampling/createMessage' },
    { method: 'roots/list', params: '{}' },
  ]);

  t.equal(await answer(id, { name: accept({ name: 'Ada' }), unknown: 1 }), 'accepted');
  t.equal(await answer(id, { name: accept({ name: 'Ada' }) }), 'accepted');
  t.equal(await answer(id, { name: accept({ name: 'Eve' }) }), 'accepted');
  t.same(await openKeys(id), ['model', 'roots']);
  t.equal(await answer(id, { model: sampled, roots }), 'resumed');
  t.same(await openKeys(id), ['color']);
  t.equal(await answer(id, { color: accept({ color: 'red' }) }), 'resumed');

  const { result, inputs, attempts } = await reach(id, 'completed');
  t.same(JSON.parse(result ?? ''), { answers: ['Ada', sampled.content, roots.roots, 'red'] });
  t.equal(inputs?.length, 4);
  t.equal(attempts.length, 3);
});

t.test('questions asked side by side in one turn are sent together', async (t) => {
  const { call, answer, openKeys, reach } = await openAsking(t);
  const id = await call('side-by-side');

  t.same(await openKeys(id), ['input-1', 'input-2']);

  await answer(id, { 'input-2': accept({ color: 'blue' }), 'input-1': accept({ name: 'Ada' }) });
  t.match(await reach(id, 'completed'), { result: '{"text":"Ada likes blue"}', attempts: { length: 2 } });
});

t.test('an action that catches its question still ends with it, without effects', async (t) => {
  const { call, answer, openKeys, reach } = await openAsking(t);
  const file = join(t.testdir({}), 'effects');
  const id = await call('stubborn', { file });

  t.same(await openKeys(id), ['input-1'], 'a question after the catch is not asked');
  await t.rejects(readFile(file), { code: 'ENOENT' });

  await answer(id, { 'input-1': accept({ name: 'Ada' }) });
  t.match(await reach(id, 'completed'), { result: '{"text":"Ada"}' });
  t.equal(await readFile(file, 'utf8'), 'Ada\n');
});

t.test('a refused question throws in the action, and fails it at once if it is not caught', async (t) => {
  const { call, answer, openKeys, reach } = await openAsking(t);
  const id = await call('side-by-side');
  await openKeys(id);

  await answer(id, { 'input-1': { action: 'decline' }, 'input-2': accept({ color: 'red' }) });

  t.match(await reach(id, 'failed'), {
    failure: { kind: 'error', code: 'INPUT_DECLINED', message: /"input-1".*"decline"/ },
    attempts: { length: 2 },
  });
});

t.test('early answers are used only if they are valid', async (t) => {
  const { call, openKeys, reach } = await openAsking(t);
  const early = { name: accept({ name: 'Ada' }), model: sampled, roots, color: accept({ color: 'red' }) };

  const all = await call('several', {}, early);
  const some = await call('several', {}, { ...early, name: accept({ name: '' }), roots: { roots: 'none' } });

  t.match(await reach(all, 'completed'), { inputs: undefined, attempts: { length: 1 } });
  t.same(await openKeys(some), ['name', 'roots']);
});

t.test(
  'after an answer that the action cannot use, the question is asked again with the reason',
  async (t) => {
    const { call, answer, openKeys, reach, read } = await openAsking(t);
    const id = await call('mail');
    await openKeys(id);

    await answer(id, { address: accept({ address: 'nobody' }) });

    t.same(await openKeys(id), ['address--2']);
    t.match((await read(id)).inputs?.[1]?.params, /Which address\? \(address: Invalid email/);
    await answer(id, { 'address--2': accept({ address: 'ada@example.com' }) });
    t.match(await reach(id, 'completed'), { result: '{"text":"ada@example.com"}' });
  },
);

t.test('an action that never gets a usable answer, or asks too much, fails', async (t) => {
  const { call, answer, openKeys, reach } = await openAsking(t);
  const wrong = await call('mail');
  for (const key of ['address', ...[2, 3, 4, 5].map((round) => `address--${round}`)]) {
    t.same(await openKeys(wrong), [key]);
    await answer(wrong, { [key]: accept({ address: 'nobody' }) });
  }
  const endless = await call('endless');

  t.match(await reach(wrong, 'failed'), { failure: { code: 'INPUT_UNUSABLE' } });
  t.match(await reach(endless, 'failed'), { failure: { code: 'TOO_MANY_INPUTS' }, attempts: { length: 1 } });
});

t.test('content is stored beside the result; invalid content fails as invalid_output', async (t) => {
  const { call, reach } = await openAsking(t);
  const [fine, wrong, thrown, large] = await Promise.all(
    ['fine', 'wrong', 'throw', 'large'].map((kind) => call('content', { kind })),
  );

  t.match(JSON.parse((await reach(fine ?? '', 'completed')).content ?? ''), [
    { type: 'text', text: 'fine' },
    { type: 'image', mimeType: 'image/png' },
  ]);
  const messages = { wrong: /toContent: \/0\/text/, throw: /no content today/, large: /larger than 262144/ };
  for (const [id, message] of [
    [wrong, messages.wrong],
    [thrown, messages.throw],
    [large, messages.large],
  ] as const) {
    t.match(await reach(id ?? '', 'failed'), {
      failure: { kind: 'invalid_output', message },
      attempts: { length: 1 },
    });
  }
});
