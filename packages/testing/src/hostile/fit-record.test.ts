import { ExecutionRecord, fitRecord, PluginRecord } from '@mcp-server/shared';
import t from 'tap';

import { sampleDocument } from './hostile-documents.ts';

type Fields = Record<string, unknown>;

t.test('a whole record stays as it is', async (t) => {
  const execution = sampleDocument('PluginExecution');
  const before = structuredClone(execution);

  t.same(fitRecord(ExecutionRecord, execution), []);
  t.same(execution, before);
});

t.test('the rest of a broken part is kept, and the pointer names what is not', async (t) => {
  const progress = { done: Number.NaN, total: 10, message: 'half', at: new Date() };
  const execution = sampleDocument('PluginExecution', { progress });

  t.same(fitRecord(ExecutionRecord, execution), ['/progress/done']);
  t.match(execution['progress'], { done: 0, total: 10, message: 'half' });
});

t.test('an optional part of another type is left out', async (t) => {
  const execution = sampleDocument('PluginExecution', { progress: '50%', result: '['.repeat(3_000) });

  t.same(fitRecord(ExecutionRecord, execution), ['/result', '/progress']);
  t.notOk('progress' in execution);
});

t.test('a required field that is missing gets a plain value', async (t) => {
  const plugin = sampleDocument('Plugin');
  delete plugin['description'];

  t.same(fitRecord(PluginRecord, plugin), ['/description']);
  t.equal(plugin['description'], '');
});

t.test('an element of a list that cannot be kept does not take the others with it', async (t) => {
  const execution = sampleDocument('PluginExecution');
  const [attempt] = execution['attempts'] as Fields[];
  execution['attempts'] = [attempt, null, { ...attempt, epoch: 'x' }];

  t.same(fitRecord(ExecutionRecord, execution), ['/attempts/1', '/attempts/2/epoch']);
  t.equal((execution['attempts'] as Fields[]).length, 2);
});

t.test('a text that is too long is cut', async (t) => {
  const plugin = sampleDocument('Plugin', { description: 'x'.repeat(6_000) });

  t.same(fitRecord(PluginRecord, plugin), ['/description']);
  t.equal(String(plugin['description']).length, 5_000);
});

t.test('fields that were not read are not missing', async (t) => {
  const listed = { _id: sampleDocument('PluginExecution')['_id'], status: 'queued' };
  const selection = { has: (path: string) => path === '_id' || path === 'status', isPartial: () => false };

  t.same(fitRecord(ExecutionRecord, listed, selection), []);
});
