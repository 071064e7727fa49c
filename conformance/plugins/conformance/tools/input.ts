import { defineAction, elicit, listRoots, sampleModel } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

const nothing = z.strictObject({});
const output = z.strictObject({ text: z.string() });
const Name = z.object({ name: z.string() });
const Confirmation = z.object({ ok: z.boolean() });

const ask = (text: string, maxTokens: number) =>
  sampleModel({ messages: [{ role: 'user', content: { type: 'text', text } }], maxTokens });

const common = { input: nothing, output, annotations: { readOnly: true } };

const confirming = (publicName: string, prefix: string) =>
  defineAction({
    ...common,
    publicName,
    title: publicName,
    description: 'Asks for a confirmation.',
    async run(_input, { requestInput }) {
      const { ok } = await requestInput(Confirmation, 'Please confirm', { key: 'confirm' });
      return { text: `${prefix}: ${ok}` };
    },
  });

export const actions = {
  'ask-name': defineAction({
    ...common,
    publicName: 'test_input_required_result_elicitation',
    title: 'Ask a name',
    description: 'Asks for a name and greets.',
    async run(_input, { requestInput }) {
      const { name } = await requestInput(Name, 'What is your name?', { key: 'user_name' });
      return { text: `Hello, ${name}!` };
    },
  }),
  'ask-model': defineAction({
    ...common,
    publicName: 'test_input_required_result_sampling',
    title: 'Ask the model',
    description: "Asks the client's model.",
    async run(_input, { requestInputs }) {
      const answers = await requestInputs({ capital_question: ask('What is the capital of France?', 100) });
      return { text: JSON.stringify(answers.capital_question.content) };
    },
  }),
  'ask-roots': defineAction({
    ...common,
    publicName: 'test_input_required_result_list_roots',
    title: 'Ask for the roots',
    description: 'Asks for the folders of the client.',
    async run(_input, { requestInputs }) {
      const { client_roots } = await requestInputs({ client_roots: listRoots() });
      return { text: client_roots.map(({ uri }) => uri).join(', ') };
    },
  }),
  'request-state': confirming('test_input_required_result_request_state', 'state-ok'),
  'tampered-state': confirming('test_input_required_result_tampered_state', 'confirmed'),
  'multiple-inputs': defineAction({
    ...common,
    publicName: 'test_input_required_result_multiple_inputs',
    title: 'Ask three things',
    description: 'Asks a person, a model and for the roots at once.',
    async run(_input, { requestInputs }) {
      const { user_name } = await requestInputs({
        user_name: elicit(Name, 'What is your name?'),
        greeting: ask('Generate a greeting', 50),
        client_roots: listRoots(),
      });
      return { text: `Hello, ${user_name.name}!` };
    },
  }),
  'multi-round': defineAction({
    ...common,
    publicName: 'test_input_required_result_multi_round',
    title: 'Ask twice',
    description: 'Asks one thing after the other.',
    async run(_input, { requestInput }) {
      const { name } = await requestInput(Name, 'Step 1: What is your name?', { key: 'step1' });
      const colors = z.object({ color: z.string() });
      const { color } = await requestInput(colors, 'Step 2: What is your favorite color?', { key: 'step2' });
      return { text: `${name} likes ${color}` };
    },
  }),
  capabilities: defineAction({
    ...common,
    publicName: 'test_input_required_result_capabilities',
    title: 'Ask what can be answered',
    description: 'Asks a person and a model.',
    async run(_input, { requestInputs }) {
      const { user_name } = await requestInputs({
        user_name: elicit(Name, 'What is your name?'),
        greeting: ask('Generate a greeting', 50),
      });
      return { text: `Hello, ${user_name.name}!` };
    },
  }),
  'missing-capability': defineAction({
    ...common,
    publicName: 'test_missing_capability',
    title: 'Ask a model that may not be there',
    description: "Asks the client's model.",
    async run(_input, { requestInputs }) {
      await requestInputs({ question: ask('Anything', 10) });
      return { text: 'answered' };
    },
  }),
  'streaming-elicitation': defineAction({
    ...common,
    publicName: 'test_streaming_elicitation',
    title: 'Ask a name',
    description: 'Asks for a name, in a streamed response.',
    async run(_input, { requestInput, progress }) {
      progress(1, 2);
      const { name } = await requestInput(Name, 'What is your name?', { key: 'user_name' });
      return { text: `Hello, ${name}!` };
    },
  }),
};
