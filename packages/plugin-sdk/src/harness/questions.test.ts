import t from 'tap';
import { z } from 'zod';

import { elicit, InputDeclined, listRoots, sampleModel } from '../question.ts';
import { accept, decline } from './answers.ts';
import { pluginOf } from './demo-plugin.ts';
import { runAction } from './run-action.ts';

const asking = pluginOf(async (_input, { requestInput, requestInputs, once }) => {
  const { name } = await requestInput(z.strictObject({ name: z.string().min(1) }), 'Who are you?');
  await once('greeted', () => name);
  const { mail, model, folders } = await requestInputs({
    mail: elicit(z.strictObject({ address: z.email() }), 'Which address?'),
    model: sampleModel({ messages: [], maxTokens: 10 }),
    folders: listRoots(),
  });
  return { name, mail: mail.address, model: model.role, folders: folders.length };
});
const others = {
  model: { role: 'assistant', content: { type: 'text', text: 'Hi' } },
  folders: { roots: [] },
};

t.test('questions are answered from the options; the attempts in between are not counted', async (t) => {
  const answers = {
    'input-1': accept({ name: 'Ada' }),
    mail: accept({ address: 'a@example.com' }),
    ...others,
  };

  const run = await runAction(asking, 'go', {}, { answers });

  t.match(run, {
    status: 'completed',
    result: { name: 'Ada', mail: 'a@example.com', model: 'assistant', folders: 0 },
    questions: [],
    steps: { greeted: 'Ada' },
  });
  t.same(
    run.attempts.map(({ outcome }) => outcome),
    ['input_required', 'input_required', 'completed'],
  );
});

t.test('an unanswered question ends the run as input_required', async (t) => {
  const run = await runAction(asking, 'go');

  t.match(run, {
    status: 'input_required',
    questions: [{ key: 'input-1', method: 'elicitation/create', params: { message: 'Who are you?' } }],
    steps: {},
  });
});

t.test('an unusable answer is asked for again with the reason', async (t) => {
  const wrong = { 'input-1': accept({ name: 'Ada' }), mail: accept({ address: 'nobody' }), ...others };

  const open = await runAction(asking, 'go', {}, { answers: wrong });
  const mended = await runAction(
    asking,
    'go',
    {},
    { answers: { ...wrong, 'mail--2': accept({ address: 'a@example.com' }) } },
  );

  t.match(open.questions, [
    { key: 'mail--2', params: { message: /Which address\? \(address: Invalid email/ } },
  ]);
  t.equal(open.questions.length, 1);
  t.equal(mended.status, 'completed');
});

t.test('a refusal throws InputDeclined in the action', async (t) => {
  const answers = { 'input-1': decline() };
  const catching = pluginOf(async (_input, { requestInput }) => {
    try {
      return await requestInput(z.strictObject({}), 'Sure?');
    } catch (error) {
      if (error instanceof InputDeclined) return error.action;
      throw error;
    }
  });

  t.match(await runAction(asking, 'go', {}, { answers }), {
    status: 'failed',
    failure: { code: 'INPUT_DECLINED' },
    attempts: { length: 2 },
  });
  t.equal((await runAction(catching, 'go', {}, { answers })).result, 'decline');
});
