import { createHash } from 'node:crypto';

import type { Plugin } from '@mcp-server/plugin-sdk';
import { toSchemaText } from '@mcp-server/plugin-sdk/check';
import { CatalogueAction } from '@mcp-server/plugin-sdk/schemas';
import { holdsNow, inMs, isDatabaseAway, isDuplicateKey, takeRole } from '@mcp-server/shared';

import type { Deps } from '../deps.ts';
import { PeriodicTask } from '../periodic-task.ts';
import { isInternal } from './internal-plugins.ts';
import type { PluginSet } from './load-plugins.ts';
import { revisionOf } from './revision.ts';

/** Two refreshes may be missed before a plugin counts as dead; see `isAlive`. */
const REFRESH_MS = 5_000;

/** Publishes the plugins of this process, and refreshes them while it lives. */
export class CataloguePublisher {
  readonly #deps: Deps;
  readonly #plugins: PluginSet;
  /** Records of the plugins: a schema takes long to convert. */
  readonly #entries = new WeakMap<Plugin, ReturnType<typeof describePlugin>>();
  readonly #task: PeriodicTask;
  /** Plugins that wait for another pool's grace; each is logged once. */
  readonly #refused = new Set<string>();

  constructor(deps: Deps, plugins: PluginSet) {
    this.#deps = deps;
    this.#plugins = plugins;
    this.#task = new PeriodicTask({
      run: () => this.#publishAll(),
      intervalMs: REFRESH_MS,
      countFrom: 'end',
      // `StoreContact` reports an outage, once a minute.
      onError: (err) =>
        deps.log[isDatabaseAway(err) ? 'debug' : 'warn']({ err }, 'publishing plugins failed'),
    });
  }

  /** Starts publishing; retries while the database is away. Idempotent. */
  start(): void {
    this.#task.start();
  }

  /** Publishes at once: the plugins have changed. */
  refresh(): void {
    this.#task.runSoon();
  }

  close(): Promise<void> {
    return this.#task.close();
  }

  #entryOf(plugin: Plugin): ReturnType<typeof describePlugin> {
    const entry = this.#entries.get(plugin) ?? describePlugin(plugin, revisionOf(plugin));
    this.#entries.set(plugin, entry);
    return entry;
  }

  async #publishAll(): Promise<void> {
    const { WORKER_POOLS: pools } = this.#deps.config;
    const plugins = [...this.#plugins.values()].filter(
      (plugin) => pools.includes(plugin.pool) && !isInternal(plugin),
    );
    for (const entry of plugins.map((plugin) => this.#entryOf(plugin))) {
      try {
        await this.#publish(entry);
      } catch (err) {
        this.#deps.log[isDatabaseAway(err) ? 'debug' : 'warn'](
          { err, plugin: entry.id },
          'publishing a plugin failed',
        );
      }
    }
  }

  /**
   * True if the plugin's pool is the one of this process. A plugin moves to another pool when no worker has published it
   * in the old one for the grace. The role decides between two pools that try at the same time; the records also tell of
   * workers that do not take it.
   */
  async #mayPublish({ id, pool }: ReturnType<typeof describePlugin>): Promise<boolean> {
    const { PluginModel, RoleLeaseModel } = this.#deps.models;
    const graceMs = this.#deps.config.PLUGIN_GRACE_SECONDS * 1_000;
    const other = await PluginModel.findOne(
      { id, pool: { $ne: pool }, ...holdsNow({ $gt: ['$seenAt', inMs(-graceMs)] }) },
      { pool: 1 },
    ).lean();
    const mayPublish =
      !other &&
      (await takeRole(RoleLeaseModel, { role: poolRole(id), holder: pool, forMs: graceMs })) !== undefined;
    if (mayPublish) this.#refused.delete(id);
    else if (!this.#refused.has(id)) {
      this.#refused.add(id);
      this.#deps.log.warn(
        { plugin: id, pool, ...(other ? { currentPool: other.pool } : {}), graceMs },
        'plugin not published yet: another pool had it within PLUGIN_GRACE_SECONDS',
      );
    }
    return mayPublish;
  }

  async #publish(entry: ReturnType<typeof describePlugin>): Promise<void> {
    const { PluginModel } = this.#deps.models;
    const { id, version, pool, ...content } = entry;
    if (!(await this.#mayPublish(entry))) return;
    try {
      await PluginModel.updateOne(
        { _id: `${id}@${version}` },
        {
          $set: { id, version, pool, ...content, publishedBy: this.#deps.workerName },
          $currentDate: { seenAt: true },
        },
        { upsert: true },
      );
    } catch (error) {
      // Two workers published the same new version at once: the other one stored it.
      if (!isDuplicateKey(error, '_id') && !isDuplicateKey(error, 'id')) throw error;
    }
  }
}

/** Role of the pool that may publish a plugin; each refresh renews it. */
const poolRole = (plugin: string): string => `plugin-pool:${plugin}`;

/** Builds the record that the API reads of a plugin, which was checked when it was loaded. */
function describePlugin(plugin: Plugin, revision: string | undefined) {
  const actions = Object.entries(plugin.actions).map(([name, action]) =>
    CatalogueAction.parse({
      name,
      title: action.title,
      description: action.description,
      inputSchema: toSchemaText(action.input, 'input'),
      outputSchema: toSchemaText(action.output, 'output'),
      timeoutMs: action.timeoutMs,
      retry: action.retry,
      onCrash: action.onCrash,
      annotations: action.annotations,
      ...(action.cache ? { cache: action.cache } : {}),
      ...(action.publicName === undefined ? {} : { publicName: action.publicName }),
      isTool: action.isTool,
      tool: action.tool,
    }),
  );
  const { id, version, pool, title, description } = plugin;
  const content = {
    title,
    description,
    actions,
    resources: plugin.resources,
    prompts: plugin.prompts,
    ...(revision === undefined ? {} : { revision }),
  };
  const hash = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return { id, version, pool, ...content, hash };
}
