import t from 'tap';

import { buildLogger } from '../logger.ts';
import type { PluginSighting } from '../stores/plugins.ts';
import { buildCatalogue } from './catalogue.ts';

const logger = buildLogger({ name: 'test', level: 'silent' });

const sightedAction = (inputSchema: string) => ({
  name: 'run',
  title: '',
  description: '',
  inputSchema,
  outputSchema: '{}',
  timeoutMs: 1,
  retry: { attempts: 1, backoff: 'fixed' as const, delayMs: 0, maxDelayMs: 0 },
  onCrash: 'rerun' as const,
  annotations: {},
  isTool: true,
  tool: { asTask: 'auto' as const, inputFirst: false, onDisconnect: 'cancel' as const },
});

function sighting(version: string, inputSchema: string, unseenMs = 0): PluginSighting {
  const now = new Date();
  const plugin = {
    _id: `demo@${version}`,
    id: 'demo',
    version,
    pool: 'default',
    title: '',
    description: '',
    actions: [sightedAction(inputSchema)],
    resources: [],
    prompts: [],
    hash: inputSchema,
    publishedBy: 'test',
    seenAt: now,
    createdAt: now,
    updatedAt: now,
  };
  return { plugin, unseenMs };
}

t.test('the newest version is used, and a plugin without workers stays in the catalogue', async (t) => {
  const sightings = [sighting('1.9.0', '{}'), sighting('1.10.0', '{}', 60_000)];
  const catalogue = buildCatalogue({ readSightings: async () => sightings, logger });

  const { plugin } = await catalogue.find('demo', 'run');

  t.equal(plugin.version, '1.10.0');
  t.match(await catalogue.list(), [{ isAlive: false }]);
  await t.rejects(catalogue.find('other', 'run'), { code: 'UNKNOWN_PLUGIN' });
  await t.rejects(catalogue.find('demo', 'other'), { code: 'UNKNOWN_ACTION' });
});

t.test('concurrent callers share one read', async (t) => {
  let readings = 0;
  const readSightings = async () => {
    readings += 1;
    return [sighting('1.0.0', '{}')];
  };
  const catalogue = buildCatalogue({ readSightings, logger });

  await Promise.all(Array.from({ length: 50 }, () => catalogue.find('demo', 'run')));

  t.equal(readings, 1);
});

t.test('an action with an unusable schema is hidden', async (t) => {
  const readSightings = async () => [sighting('1.0.0', '{"$ref":"https://example.com"}')];
  const catalogue = buildCatalogue({ readSightings, logger });

  await t.rejects(catalogue.find('demo', 'run'), { code: 'UNKNOWN_ACTION' });
});

t.test('a plugin published by a worker of an older release is read with defaults', async (t) => {
  const { plugin, unseenMs } = sighting('1.0.0', '{}');
  const { resources: _resources, prompts: _prompts, actions, ...old } = plugin;
  const [{ isTool: _isTool, tool: _tool, ...action } = sightedAction('{}')] = actions;
  const published = { ...old, actions: [action] } as unknown as PluginSighting['plugin'];
  const catalogue = buildCatalogue({
    readSightings: async () => [{ plugin: published, unseenMs }],
    logger,
  });

  const tool = { asTask: 'auto', inputFirst: false, onDisconnect: 'cancel' };
  t.match(await catalogue.find('demo', 'run'), { action: { isTool: true, tool } });
  t.match(await catalogue.list(), [{ resources: [], prompts: [], plugin: { resources: [], prompts: [] } }]);
});

t.test('a resource or prompt whose action is hidden is hidden with it', async (t) => {
  const { plugin, unseenMs } = sighting('1.0.0', '{}');
  const entry = { title: '', description: '', action: 'run' };
  const resource = { ...entry, name: 'news', uri: 'demo://news', isTemplate: false };
  const prompt = { ...entry, name: 'plan', arguments: [] };
  const lost = { action: 'gone' };
  const resources = [resource, { ...resource, ...lost }];
  const published = { ...plugin, resources, prompts: [{ ...prompt, ...lost }, prompt] };
  const catalogue = buildCatalogue({
    readSightings: async () => [{ plugin: published, unseenMs }],
    logger,
  });

  t.same(
    (await catalogue.list()).map((known) => [known.resources, known.prompts]),
    [[[resource], [prompt]]],
  );
});
