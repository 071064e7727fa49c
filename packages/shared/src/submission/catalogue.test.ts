import t from 'tap';

import { buildLogger } from '../logger.ts';
import type { JsonValue } from '../schemas/primitives.ts';
import type { PluginSighting } from '../stores/plugins.ts';
import { buildCatalogue } from './catalogue.ts';
import { checkPayload } from './check-payload.ts';

const logger = buildLogger({ name: 'test', level: 'silent' });
const GRACE_MS = 60_000;

const open = (sightings: PluginSighting[]) =>
  buildCatalogue({ readSightings: async () => sightings, graceMs: GRACE_MS, logger });

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

/** A closed schema with these text fields, of which some are required. */
const closed = (fields: string[], required: string[] = fields) =>
  JSON.stringify({
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field, { type: 'string' }])),
    required,
    additionalProperties: false,
  });

const judge = async (catalogue: ReturnType<typeof open>, payload: JsonValue) =>
  checkPayload(await catalogue.find('demo', 'run'), { plugin: 'demo', action: 'run', payload }, 1_000).version
    .plugin.version;

t.test('a plugin without workers stays known, and the version that lived last describes it', async (t) => {
  const catalogue = open([sighting('1.9.0', '{}', 60_000), sighting('1.10.0', '{}', 59_000)]);

  const { plugin } = await catalogue.find('demo', 'run');

  t.equal(plugin.version, '1.10.0');
  t.match(await catalogue.list(), [{ isAlive: false, isListed: true }]);
  await t.rejects(catalogue.find('other', 'run'), { code: 'UNKNOWN_PLUGIN' });
  await t.rejects(catalogue.find('demo', 'other'), { code: 'UNKNOWN_ACTION' });
});

t.test('after a rollback the living version judges, not the newest one', async (t) => {
  const catalogue = open([
    sighting('1.0.0', closed(['name'])),
    sighting('2.0.0', closed(['name', 'unit']), 16_000),
  ]);

  t.equal(await judge(catalogue, { name: 'a' }), '1.0.0');
  await t.rejects(judge(catalogue, { name: 'a', unit: 'b' }), { code: 'INVALID_PAYLOAD' });
  t.match(await catalogue.list(), [
    {
      plugin: { version: '1.0.0' },
      versions: [
        { version: '2.0.0', isAlive: false },
        { version: '1.0.0', isAlive: true },
      ],
    },
  ]);
});

t.test('while two versions live, the newest that accepts a payload judges it', async (t) => {
  const catalogue = open([
    sighting('1.0.0', closed(['name'])),
    sighting('2.0.0', closed(['name', 'unit'], ['unit'])),
  ]);

  t.equal(await judge(catalogue, { unit: 'b' }), '2.0.0');
  t.equal(await judge(catalogue, { name: 'a', unit: 'b' }), '2.0.0');
  t.equal(await judge(catalogue, { name: 'a' }), '1.0.0');
  await t.rejects(judge(catalogue, { other: 'c' }), {
    code: 'INVALID_PAYLOAD',
    pointers: [{ pointer: '/payload/unit' }],
  });
});

t.test(
  'an action that only a dead version has is accepted, and no longer listed after the grace',
  async (t) => {
    const old = sighting('1.0.0', '{}', GRACE_MS + 1);
    const { plugin } = sighting('2.0.0', '{}');
    const renamed = { plugin: { ...plugin, actions: [{ ...plugin.actions[0]!, name: 'go' }] }, unseenMs: 0 };

    t.match(await open([old, renamed]).find('demo', 'run'), {
      plugin: { version: '1.0.0' },
      isServed: false,
      isListed: false,
    });
    t.match(await open([old, renamed]).find('demo', 'go'), { isServed: true, isListed: true });
    const within = { ...old, unseenMs: GRACE_MS };
    t.match(await open([within, renamed]).find('demo', 'run'), { isServed: false, isListed: true });
  },
);

t.test('a version with an unusable schema judges nothing while another one lives', async (t) => {
  const catalogue = open([sighting('1.0.0', '{}'), sighting('2.0.0', '{"$ref":"https://example.com"}')]);

  t.equal(await judge(catalogue, {}), '1.0.0');
});

t.test('concurrent callers share one read', async (t) => {
  let readings = 0;
  const readSightings = async () => {
    readings += 1;
    return [sighting('1.0.0', '{}')];
  };
  const catalogue = buildCatalogue({ readSightings, graceMs: GRACE_MS, logger });

  await Promise.all(Array.from({ length: 50 }, () => catalogue.find('demo', 'run')));

  t.equal(readings, 1);
});

t.test('an action with an unusable schema is hidden', async (t) => {
  const catalogue = open([sighting('1.0.0', '{"$ref":"https://example.com"}')]);

  await t.rejects(catalogue.find('demo', 'run'), { code: 'UNKNOWN_ACTION' });
});

t.test('a plugin published by a worker of an older release is read with defaults', async (t) => {
  const { plugin, unseenMs } = sighting('1.0.0', '{}');
  const { resources: _resources, prompts: _prompts, actions, ...old } = plugin;
  const [{ isTool: _isTool, tool: _tool, ...action } = sightedAction('{}')] = actions;
  const published = { ...old, actions: [action] } as unknown as PluginSighting['plugin'];
  const catalogue = open([{ plugin: published, unseenMs }]);

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
  const catalogue = open([{ plugin: published, unseenMs }]);

  t.same(
    (await catalogue.list()).map((known) => [known.resources, known.prompts]),
    [[[resource], [prompt]]],
  );
});
