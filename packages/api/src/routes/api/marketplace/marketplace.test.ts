import { type AuditRecord, claimPluginId, type MarketplacePackageView, storeLock } from '@mcp-server/shared';
import { startRegistry } from '@mcp-server/testing';
import type { LightMyRequestResponse } from 'fastify';
import t from 'tap';

import { type Account, startTestApp, type TestApp } from '../../../testing/test-app.ts';

const KEYWORDS = ['mcp-server-plugin'];
const PLUGINS = '/api/marketplace/plugins';
const NAME = '@acme/weather';
const ID = encodeURIComponent(NAME);
const LOCK = JSON.stringify({ lockfileVersion: 3 });

async function setUp(t: Parameters<typeof startTestApp>[0]) {
  const registry = await startRegistry(t);
  const test = await startTestApp(t, { MARKETPLACE_REGISTRY: registry.url });
  const admin = await test.signUp('admin', 'admin');
  const publish = (version: string, more: object = {}) =>
    registry.publish({ name: NAME, version, description: 'Forecasts', keywords: KEYWORDS, ...more }, {});
  await publish('1.0.0');
  return { registry, test, admin, publish, call: caller(test, admin) };
}

const caller =
  ({ inject }: TestApp, { headers }: Account) =>
  (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object): Promise<LightMyRequestResponse> =>
    inject({ method, url, headers, ...(payload ? { payload } : {}) });

/** Stores a lockfile, as a worker does. */
async function resolve({ models }: TestApp): Promise<void> {
  const record = await models.MarketplacePackageModel.findById(NAME).lean();
  if (record) await storeLock(models.MarketplacePackageModel, record, LOCK);
}

t.test('a search finds plugins by text, and tells which are installed', async (t) => {
  const { registry, call } = await setUp(t);
  await registry.publish({ name: 'weather-lib', version: '1.0.0' }, {});
  await call('POST', PLUGINS, { package: NAME });

  const found = await call('GET', '/api/marketplace?q=weather');
  const none = await call('GET', '/api/marketplace?q=nothing');

  t.same(found.json(), {
    items: [
      {
        package: NAME,
        version: '1.0.0',
        description: 'Forecasts',
        publishedAt: '2026-01-02T03:04:05.000Z',
        isInstalled: true,
      },
    ],
  });
  t.same(none.json(), { items: [] });
});

t.test('hits of private registries are read, and those that cannot be read are left out', async (t) => {
  const { registry, call } = await setUp(t);
  const verdaccio = {
    name: 'tool',
    'dist-tags': { latest: '2.0.0' },
    keywords: KEYWORDS,
    publisher: {},
    time: { modified: '2026-01-02T03:04:05.000Z' },
  };
  const packages = [verdaccio, { name: 1 }, null, { name: 'no-version', keywords: KEYWORDS }];
  registry.fault = (response) =>
    void response.end(JSON.stringify({ objects: packages.map((one) => ({ package: one })) }));

  t.same((await call('GET', '/api/marketplace')).json(), {
    items: [
      {
        package: 'tool',
        version: '2.0.0',
        description: '',
        publishedAt: '2026-01-02T03:04:05.000Z',
        isInstalled: false,
      },
    ],
  });
});

t.test('a registry that is away, slow, broken or endless is a problem, and nothing is stored', async (t) => {
  const { registry, call } = await setUp(t);
  const faults: Record<string, NonNullable<typeof registry.fault>> = {
    'an error': (response) => void response.writeHead(500).end(),
    'not JSON': (response) => void response.end('<html>'),
    'another form': (response) => void response.end('{"objects": 1}'),
    'a cut': (response) => void response.destroy(),
    'too much': (response) => void response.end(`{"objects": [], "x": "${'x'.repeat(5_000_000)}"}`),
  };

  for (const [name, fault] of Object.entries(faults)) {
    registry.fault = fault;
    const search = await call('GET', '/api/marketplace');
    const install = await call('POST', PLUGINS, { package: NAME });
    t.same([search.statusCode, install.statusCode], [503, 503], name);
    t.match(search.json(), { code: 'registry_unavailable' }, name);
  }
  t.same((await call('GET', PLUGINS)).json(), { items: [] });
});

t.test('a registry that never responds is given up', async (t) => {
  const { registry, call } = await setUp(t);
  registry.fault = (response) => void response.writeHead(200).write('{"objects": [');
  const startedAt = performance.now();

  const reply = await call('GET', '/api/marketplace');

  t.equal(reply.statusCode, 503);
  t.ok(performance.now() - startedAt < 10_000);
});

t.test('a package that is not a plugin, does not fit or does not exist is refused with words', async (t) => {
  const { registry, call, publish } = await setUp(t);
  await registry.publish({ name: 'lib', version: '1.0.0' }, {});
  await publish('2.0.0', { peerDependencies: { '@mcp-server/plugin-sdk': '^2.0.0' } });
  const install = async (payload: object) => {
    const { statusCode, body } = await call('POST', PLUGINS, payload);
    return { statusCode, ...(JSON.parse(body) as { code: string; detail: string }) };
  };

  t.match(await install({ package: 'lib' }), { statusCode: 422, detail: /lacks the keyword/ });
  t.match(await install({ package: NAME }), { statusCode: 422, detail: /plugin contract/ });
  t.match(await install({ package: 'missing' }), { statusCode: 404, code: 'unknown_package' });
  t.match(await install({ package: NAME, version: '9.9.9' }), { statusCode: 404, code: 'unknown_package' });
  for (const hostile of ['../x', 'a/../../b', '@a', 'A', '', 'x'.repeat(300), 'git+ssh://x', { $ne: null }])
    t.equal((await install({ package: hostile })).statusCode, 400, JSON.stringify(hostile));
  for (const hostile of ['^1.0.0', '../1', 'file:/etc', '1 || 2', '']) {
    t.equal((await install({ package: NAME, version: hostile })).statusCode, 400, hostile);
  }
});

t.test('install, pin, upgrade, roll back and remove change what is wanted, and are audited', async (t) => {
  const { test, call, publish, admin } = await setUp(t);
  const view = async (reply: Promise<LightMyRequestResponse>) => (await reply).json<MarketplacePackageView>();

  const installed = await view(call('POST', PLUGINS, { package: NAME }));
  t.match(installed, { package: NAME, version: '1.0.0', state: 'resolving', revision: 1, by: admin.id });
  t.equal((await call('POST', PLUGINS, { package: NAME })).json().code, 'package_conflict');
  await resolve(test);
  await publish('1.1.0');

  t.match(await view(call('POST', `${PLUGINS}/${ID}/pin`)), { isPinned: true, state: 'resolved' });
  t.match((await call('POST', `${PLUGINS}/${ID}/upgrade`)).json(), {
    code: 'package_conflict',
    detail: /pinned/,
  });
  t.match(await view(call('POST', `${PLUGINS}/${ID}/unpin`)), { isPinned: false, state: 'resolved' });

  const upgraded = await view(call('POST', `${PLUGINS}/${ID}/upgrade`));
  t.match(upgraded, { version: '1.1.0', state: 'resolving', earlier: [{ version: '1.0.0' }] });
  t.match((await call('POST', `${PLUGINS}/${ID}/upgrade`)).json(), { detail: /is at 1.1.0 already/ });
  const back = await view(call('POST', `${PLUGINS}/${ID}/rollback`));
  t.match(back, { version: '1.0.0', state: 'resolved', earlier: [] });
  t.equal((await call('POST', `${PLUGINS}/${ID}/rollback`)).statusCode, 409);

  t.match(await view(call('DELETE', `${PLUGINS}/${ID}`)), { state: 'removed', earlier: [] });
  t.equal((await call('DELETE', `${PLUGINS}/${ID}`)).statusCode, 404);
  const stored = await test.models.MarketplacePackageModel.findById(NAME).lean();
  t.ok(stored?.expiresAt, 'its record expires');
  t.equal(stored?.lock, undefined);
  t.match(await view(call('POST', PLUGINS, { package: NAME, version: '1.0.0' })), { state: 'resolving' });

  const events = await test.models.AuditModel.find({ outcome: 'done' })
    .sort({ _id: 1 })
    .lean<AuditRecord[]>();
  t.same(
    events.map(({ action, target }) => [action, target]),
    ['install', 'pin', 'unpin', 'upgrade', 'rollback', 'remove', 'install'].map((action) => [
      `marketplace.${action}`,
      NAME,
    ]),
  );
});

t.test('a result for a wish that has changed is dropped', async (t) => {
  const { test, call } = await setUp(t);
  await call('POST', PLUGINS, { package: NAME });
  const { MarketplacePackageModel } = test.models;
  const old = await MarketplacePackageModel.findById(NAME).lean();
  await call('DELETE', `${PLUGINS}/${ID}`);
  await call('POST', PLUGINS, { package: NAME });

  const isStored = await storeLock(
    MarketplacePackageModel,
    { _id: NAME, revision: old?.revision ?? 0 },
    LOCK,
  );

  t.equal(isStored, false);
  t.match((await call('GET', `${PLUGINS}/${ID}`)).json(), { state: 'resolving', revision: 3 });
});

t.test('a plugin id belongs to one package, until that is removed', async (t) => {
  const { test, call, registry } = await setUp(t);
  await registry.publish({ name: 'other', version: '1.0.0', keywords: KEYWORDS }, {});
  await call('POST', PLUGINS, { package: NAME });
  await call('POST', PLUGINS, { package: 'other' });
  const claim = async (id: string) =>
    (await claimPluginId(test.models.MarketplacePackageModel, { _id: id, pluginId: 'weather' }))?._id;

  t.same([await claim(NAME), await claim('other'), await claim(NAME)], [NAME, NAME, NAME]);
  await call('DELETE', `${PLUGINS}/${ID}`);
  t.equal(await claim('other'), 'other');
});

t.test('a change needs a password of the last ten minutes', async (t) => {
  const { test, call } = await setUp(t);
  await test.models.SessionModel.updateMany({}, { $set: { passwordAt: new Date(Date.now() - 700_000) } });

  const refused = await call('POST', PLUGINS, { package: NAME });

  t.match([refused.statusCode, refused.json().code], [403, 'step_up_required']);
  t.equal((await call('GET', PLUGINS)).statusCode, 200, 'reading does not');
});
