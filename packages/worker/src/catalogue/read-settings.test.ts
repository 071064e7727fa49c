import { defineAction, definePlugin } from '@mcp-server/plugin-sdk';
import { KnownSecrets } from '@mcp-server/plugin-sdk/masking';
import { ConfigError } from '@mcp-server/shared';
import t from 'tap';
import { z } from 'zod';

import type { PluginSet } from './load-plugins.ts';
import { readPluginSettings, settingsOf } from './read-settings.ts';

const readSettings = (plugins: PluginSet, env: NodeJS.ProcessEnv) =>
  readPluginSettings(plugins, env, new KnownSecrets());

const Settings = z.strictObject({
  maxItems: z.coerce.number().int().default(3),
  apiToken: z.string().min(8, 'must have at least 8 characters').optional(),
});
const action = defineAction({
  title: 'T',
  description: 'D',
  input: z.object({}),
  output: z.object({ limit: z.int() }),
  settings: Settings,
  run: (_input, { settings }) => ({ limit: settings.maxItems }),
});
const shop = definePlugin({
  id: 'my-shop',
  version: '1.0.0',
  title: 'T',
  description: 'D',
  settings: Settings,
  actions: { list: action },
});
const plugins = new Map([[shop.id, shop]]);

t.test('settings are read from variables named after plugin and field', async (t) => {
  readSettings(plugins, { MY_SHOP_PLUGIN_MAX_ITEMS: '7', OTHER: 'x' });

  t.same(settingsOf(shop), { maxItems: 7 });
});

t.test('an empty environment gives the defaults', async (t) => {
  readSettings(plugins, { MY_SHOP_PLUGIN_MAX_ITEMS: '' });

  t.same(settingsOf(shop), { maxItems: 3 });
});

t.test('every bad variable is named at once, and no value', async (t) => {
  const read = () =>
    readSettings(plugins, { MY_SHOP_PLUGIN_MAX_ITEMS: 'canary', MY_SHOP_PLUGIN_API_TOKEN: 'hunter2' });

  const error = t.throws(read) as unknown as ConfigError;
  t.type(error, ConfigError);
  for (const name of ['MY_SHOP_PLUGIN_MAX_ITEMS', 'MY_SHOP_PLUGIN_API_TOKEN']) t.match(error.message, name);
  t.notMatch(error.message, /canary|hunter2/);
});

t.test('a misspelt setting is refused', async (t) => {
  t.throws(
    () => readSettings(plugins, { MY_SHOP_PLUGIN_MAX_ITEM: '7' }),
    /MY_SHOP_PLUGIN_MAX_ITEM: no plugin has this setting/,
  );
});

t.test('an action with other settings than its plugin is refused', async (t) => {
  const { id, version, title, description, actions } = shop;

  t.throws(
    () => definePlugin({ id, version, title, description, actions }),
    /"my-shop": action "list": settings: must be those of its plugin/,
  );
});
