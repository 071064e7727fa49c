import { definePrompt } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

import { PNG } from './media.ts';

const user = (text: string) => ({ role: 'user' as const, content: { type: 'text' as const, text } });

export const prompts = {
  simple: definePrompt({
    publicName: 'test_simple_prompt',
    title: 'Simple',
    description: 'A prompt without arguments.',
    arguments: {},
    get: () => [user('This is a simple prompt for testing.')],
  }),
  'with-arguments': definePrompt({
    publicName: 'test_prompt_with_arguments',
    title: 'With arguments',
    description: 'A prompt with two arguments.',
    arguments: {
      arg1: {
        description: 'First test argument',
        required: true,
        completions: ['paris', 'park', 'party', 'test'],
      },
      arg2: { description: 'Second test argument', required: true },
    },
    get: ({ arg1, arg2 }) => [user(`Prompt with arguments: arg1='${arg1}', arg2='${arg2}'`)],
  }),
  'with-embedded-resource': definePrompt({
    publicName: 'test_prompt_with_embedded_resource',
    title: 'With a resource',
    description: 'A prompt that embeds a resource.',
    arguments: { resourceUri: { description: 'URI of the resource to embed', required: true } },
    get: ({ resourceUri }) => [
      {
        role: 'user',
        content: {
          type: 'resource',
          resource: {
            uri: resourceUri,
            mimeType: 'text/plain',
            text: 'Embedded resource content for testing.',
          },
        },
      },
      user('Please process the embedded resource above.'),
    ],
  }),
  'with-image': definePrompt({
    publicName: 'test_prompt_with_image',
    title: 'With an image',
    description: 'A prompt that shows an image.',
    arguments: {},
    get: () => [
      { role: 'user', content: { type: 'image', data: PNG, mimeType: 'image/png' } },
      user('Please analyze the image above.'),
    ],
  }),
  asking: definePrompt({
    publicName: 'test_input_required_result_prompt',
    title: 'Asking',
    description: 'A prompt that asks a question first.',
    arguments: {},
    async get(_args, { requestInput }) {
      const schema = z.object({ context: z.string() });
      const { context } = await requestInput(schema, 'What context should the prompt use?', {
        key: 'user_context',
      });
      return [user(`Use this context: ${context}`)];
    },
  }),
};
