import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runAction } from '@mcp-server/plugin-sdk/testing';

import plugin from './index.ts';

test('greets a person by name', async () => {
  const run = await runAction(plugin, 'greet', { name: 'Ada' });

  assert.equal(run.status, 'completed');
  assert.deepEqual(run.result, { text: 'Hello, Ada!' });
});

test('refuses an empty name', async () => {
  const run = await runAction(plugin, 'greet', { name: '' });

  assert.equal(run.failure?.kind, 'invalid_input');
});
