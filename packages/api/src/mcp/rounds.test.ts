import { FIXTURE_PLUGINS, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { listen, type McpReply, openClient, startWorker, WITH_TASKS } from '../testing/mcp-client.ts';
import { startTestApp } from '../testing/test-app.ts';

const ASK = { name: 'sample__ask', arguments: {} };
const withForms = { capabilities: { elicitation: {} } };
const accept = (content: object) => ({ action: 'accept', content });

async function start(t: Test) {
  const test = await startTestApp(t);
  await startWorker(t, test, { PLUGINS_DIR: FIXTURE_PLUGINS });
  const url = await listen(test);
  const mary = openClient(url, await test.signUp('mary'));
  const only = () => test.models.ExecutionModel.findOne().lean();
  return { test, url, mary, only };
}

const asked = ({ result }: McpReply) => result['inputRequests'] as Record<string, { method: string }>;

t.test('a question is asked on the call, and the answer continues it', async (t) => {
  const { test, mary } = await start(t);

  const first = await mary('tools/call', ASK, withForms);
  const { requestState } = first.result;
  const answered = { ...withForms, requestState, inputResponses: { name: accept({ name: 'Ada' }) } };
  const second = await mary('tools/call', ASK, answered);
  const again = await mary('tools/call', ASK, answered);

  t.match(first.result, {
    resultType: 'input_required',
    inputRequests: { name: { method: 'elicitation/create' } },
  });
  t.match(second.result, {
    structuredContent: { greeting: 'Hello, Ada!' },
    content: [{ text: 'Hello, Ada!' }],
  });
  t.same(again.result, second.result, 'a repeat after a lost answer gets the same');
  t.equal(await test.models.ExecutionModel.countDocuments(), 1);
});

t.test('a state that was changed, or belongs to another user, method or tool, is refused', async (t) => {
  const { test, url, mary, only } = await start(t);
  const john = openClient(url, await test.signUp('john'));
  const { result } = await mary('tools/call', ASK, withForms);
  const requestState = String(result['requestState']);
  const inputResponses = { name: accept({ name: 'Mallory' }) };
  const other = { name: 'asking__several', arguments: {} };

  const tampered = await mary('tools/call', ASK, {
    ...withForms,
    inputResponses,
    requestState: `${requestState}x`,
  });
  const numeric = await mary('tools/call', ASK, { ...withForms, inputResponses, requestState: 7 });
  const stolen = await john('tools/call', ASK, { ...withForms, inputResponses, requestState });
  const moved = await mary('tools/call', other, { ...withForms, inputResponses, requestState });
  const elsewhere = await mary(
    'prompts/get',
    { name: 'any' },
    { ...withForms, inputResponses, requestState },
  );

  for (const reply of [tampered, numeric, stolen, moved, elsewhere]) t.equal(reply.error?.code, -32_602);
  t.match(await only(), { status: 'input_required' });
  t.equal(await test.models.ExecutionModel.countDocuments(), 1);
});

t.test('an invalid answer is reported, and a valid one is still accepted', async (t) => {
  const { mary } = await start(t);
  const { result } = await mary('tools/call', ASK, withForms);
  const { requestState } = result;
  const answer = (inputResponses: object) =>
    mary('tools/call', ASK, { ...withForms, requestState, inputResponses });

  const misfit = await answer({ name: accept({ name: 7 }) });
  const missing = await answer({ other: accept({}) });
  const right = await answer({ name: accept({ name: 'Ada' }) });

  t.match(misfit.error, { code: -32_602, data: { errors: [{ pointer: '/answers/name/content/name' }] } });
  t.match(missing.result, { resultType: 'input_required', inputRequests: { name: {} } });
  t.match(right.result, { structuredContent: { greeting: 'Hello, Ada!' } });
});

t.test(
  'only questions that the client can answer are asked; without any the call is cancelled',
  async (t) => {
    const { mary, only } = await start(t);
    const call = { name: 'asking__several', arguments: {} };

    const some = await mary('tools/call', call, { capabilities: { sampling: {} } });
    const { requestState } = some.result;
    const none = await mary('tools/call', call, {
      capabilities: { sampling: {} },
      requestState,
      inputResponses: { model: { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' } },
    });

    t.same(Object.keys(asked(some)), ['model']);
    t.match(none.error, {
      code: -32_021,
      data: { requiredCapabilities: { elicitation: { form: {} }, roots: {} } },
    });
    t.equal(none.status, 400);
    await waitFor('its end', async () => (await only())?.status === 'cancelled');
  },
);

t.test('several questions, then one more: each round carries its own state', async (t) => {
  const { mary } = await start(t);
  const call = { name: 'asking__several', arguments: {} };
  const able = { capabilities: { elicitation: {}, sampling: {}, roots: {} } };

  const first = await mary('tools/call', call, able);
  const second = await mary('tools/call', call, {
    ...able,
    requestState: first.result['requestState'],
    inputResponses: {
      name: accept({ name: 'Ada' }),
      model: { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' },
      roots: { roots: [{ uri: 'file:///tmp' }] },
    },
  });
  const third = await mary('tools/call', call, {
    ...able,
    requestState: second.result['requestState'],
    inputResponses: { color: accept({ color: 'red' }) },
  });

  t.same(Object.keys(asked(first)).toSorted(), ['model', 'name', 'roots']);
  t.same(Object.keys(asked(second)), ['color']);
  t.not(first.result['requestState'], second.result['requestState']);
  t.match(third.result, { structuredContent: { answers: ['Ada', {}, {}, 'red'] } });
});

t.test('answers sent ahead of the question are used when it is asked', async (t) => {
  const { mary } = await start(t);

  const { result } = await mary('tools/call', ASK, {
    ...withForms,
    inputResponses: { name: accept({ name: 'Ada' }) },
  });

  t.match(result, { resultType: 'complete', structuredContent: { greeting: 'Hello, Ada!' } });
});

t.test('an mcpTask asks through tasks/get and is answered through tasks/update', async (t) => {
  const { test, url, mary } = await start(t);
  const call = { name: 'asking__several', arguments: {} };
  const able = { capabilities: { ...WITH_TASKS, elicitation: {}, sampling: {}, roots: {} } };
  await test.models.PluginModel.updateOne(
    { id: 'asking' },
    { $set: { 'actions.$[].tool.asTask': 'always', hash: 'changed' } },
  );
  const made = await waitFor('an mcpTask', async () => {
    const reply = await mary('tools/call', call, able);
    return reply.result['resultType'] === 'task' && reply;
  });
  const { taskId } = made.result;
  const get = async () => (await mary('tasks/get', { taskId }, able)).result;
  const reach = (status: string) =>
    waitFor(status, async () => {
      const result = await get();
      return result['status'] === status && result;
    });
  const update = (inputResponses: object) => mary('tasks/update', { taskId }, { ...able, inputResponses });

  const asking = await reach('input_required');
  const ack = await update({ name: accept({ name: 'Ada' }), unknown: { ignored: true } });
  const partly = await get();
  const misfit = await update({ roots: { roots: [{ uri: 'http://no.example' }] } });
  await update({
    model: { role: 'assistant', content: { type: 'text', text: 'Paris' }, model: 'm' },
    roots: { roots: [] },
  });
  const john = openClient(url, await test.signUp('john'));
  const strangers = await john('tasks/update', { taskId }, { ...able, inputResponses: {} });
  await waitFor('the second question', async () => {
    const { inputRequests } = await get();
    return Object.keys(inputRequests ?? {}).includes('color');
  });
  await update({ color: accept({ color: 'blue' }) });
  const ended = await reach('completed');
  const late = await update({ color: accept({ color: 'red' }) });

  t.same(Object.keys(asking['inputRequests'] as object).toSorted(), ['model', 'name', 'roots']);
  t.same(Object.keys(ack.result).toSorted(), ['_meta', 'resultType']);
  t.match(partly, { status: 'input_required' });
  t.same(Object.keys(partly['inputRequests'] as object).toSorted(), ['model', 'roots']);
  t.equal(misfit.error?.code, -32_602);
  t.match(strangers.error, { code: -32_602, message: 'There is no task with this id.' });
  t.match(ended, { result: { structuredContent: { answers: ['Ada', {}, {}, 'blue'] } } });
  t.same(late.result, ack.result, 'an answer that comes too late is taken as it is');
});

t.test(
  'input first: the question is asked on the call, and the answer turns it into an mcpTask',
  async (t) => {
    const { test, mary } = await start(t);
    await test.models.PluginModel.updateOne(
      { id: 'sample' },
      {
        $set: {
          'actions.$[].tool': { asTask: 'required', inputFirst: true, onDisconnect: 'cancel' },
          hash: 'x',
        },
      },
    );
    const able = { capabilities: { ...WITH_TASKS, elicitation: {} } };
    await waitFor('the policy', async () => (await mary('tools/call', ASK, withForms)).status === 400);

    const first = await mary('tools/call', ASK, able);
    const second = await mary('tools/call', ASK, {
      ...able,
      requestState: first.result['requestState'],
      inputResponses: { name: accept({ name: 'Ada' }) },
    });
    const ended = await waitFor('the end', async () => {
      const { result } = await mary('tasks/get', { taskId: second.result['taskId'] }, able);
      return result['status'] === 'completed' && result;
    });

    t.match(first.result, { resultType: 'input_required' });
    t.notOk('taskId' in first.result);
    t.match(second.result, { resultType: 'task' });
    t.notOk('requestState' in second.result);
    t.match(ended, { result: { content: [{ text: 'Hello, Ada!' }] } });
  },
);

t.test('a client of the legacy era learns how to answer', async (t) => {
  const { mary } = await start(t);

  const { result } = await mary('tools/call', ASK, { era: 'legacy' });

  t.match(result, {
    structuredContent: { status: 'input_required', inputRequests: { name: {} } },
    content: [{ text: /POST \/api\/executions\/[0-9a-f-]+\/input/ }],
  });
});
