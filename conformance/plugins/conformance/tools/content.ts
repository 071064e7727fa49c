import { setTimeout as delay } from 'node:timers/promises';

import { defineAction, FatalError } from '@mcp-server/plugin-sdk';
import type { ContentBlock } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { PNG, WAV } from '../media.ts';

const nothing = z.strictObject({});
const output = z.strictObject({ text: z.string() });
const PROGRESS_PAUSE_MS = 60;

/** Defines an action without input whose content is these blocks. */
const showing = (publicName: string, description: string, blocks: ContentBlock[]) =>
  defineAction({
    publicName,
    title: publicName,
    description,
    input: nothing,
    output: nothing,
    annotations: { readOnly: true },
    toContent: () => blocks,
    run: () => ({}),
  });

export const actions = {
  'simple-text': showing('test_simple_text', 'Shows a text.', [
    { type: 'text', text: 'This is a simple text response for testing.' },
  ]),
  'image-content': showing('test_image_content', 'Shows an image.', [
    { type: 'image', data: PNG, mimeType: 'image/png' },
  ]),
  'audio-content': showing('test_audio_content', 'Shows a sound.', [
    { type: 'audio', data: WAV, mimeType: 'audio/wav' },
  ]),
  'embedded-resource': showing('test_embedded_resource', 'Shows an embedded resource.', [
    {
      type: 'resource',
      resource: {
        uri: 'test://embedded-resource',
        mimeType: 'text/plain',
        text: 'This is an embedded resource content.',
      },
    },
  ]),
  'multiple-content-types': showing('test_multiple_content_types', 'Shows several things.', [
    { type: 'text', text: 'Multiple content types test:' },
    { type: 'image', data: PNG, mimeType: 'image/png' },
    {
      type: 'resource',
      resource: {
        uri: 'test://mixed-content-resource',
        mimeType: 'application/json',
        text: JSON.stringify({ test: 'data', value: 123 }),
      },
    },
  ]),
  'error-handling': defineAction({
    publicName: 'test_error_handling',
    title: 'Error',
    description: 'Fails.',
    input: nothing,
    output: nothing,
    retry: { attempts: 1 },
    run() {
      throw new FatalError('This tool intentionally returns an error for testing');
    },
  }),
  'tool-with-progress': defineAction({
    publicName: 'test_tool_with_progress',
    title: 'Progress',
    description: 'Reports progress.',
    input: nothing,
    output,
    async run(_input, { progress }) {
      for (const done of [0, 50, 100]) {
        progress(done, 100, `Completed step ${done} of 100`);
        await delay(PROGRESS_PAUSE_MS);
      }
      return { text: 'done' };
    },
  }),
  'logging-tool': defineAction({
    publicName: 'test_logging_tool',
    title: 'Logging',
    description: 'Writes to its log, which stays on the server.',
    input: nothing,
    output,
    run(_input, { log }) {
      log.info('a line');
      return { text: 'logged' };
    },
  }),
  'header-tool': defineAction({
    publicName: 'test_custom_header',
    title: 'Custom header',
    description: 'Has an argument that is mirrored into a header.',
    input: z.strictObject({ region: z.string().meta({ 'x-mcp-header': 'Region' }) }),
    output,
    run: ({ region }) => ({ text: region }),
  }),
};
