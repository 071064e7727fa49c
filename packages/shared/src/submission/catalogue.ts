import {
  type CatalogueAction,
  type CataloguePrompt,
  type CatalogueResource,
  ToolPolicy,
} from '@mcp-server/plugin-sdk/schemas';

import { isAlive } from '../alive.ts';
import { isDatabaseAway } from '../connections/mongo-errors.ts';
import * as errors from '../errors.ts';
import { FreshCache } from '../fresh-cache.ts';
import type { Logger } from '../logger.ts';
import type { PluginRecord } from '../schemas/plugin-record.ts';
import type { PluginSighting } from '../stores/plugins.ts';
import { newestVersionFirst } from './newest-version.ts';
import { compilePayloadSchema, type PayloadCheck } from './payload-schema.ts';

/** Maximum age of the snapshot of the fleet. */
const MAX_AGE_MS = 1_000;

/** An action that can be executed. */
export interface KnownAction {
  action: CatalogueAction;
  checkPayload: PayloadCheck;
}

/** The newest version of a plugin. `isAlive`: a worker that can run it was seen recently; see alive.ts. */
export interface KnownPlugin {
  plugin: PluginRecord;
  isAlive: boolean;
  actions: ReadonlyMap<string, KnownAction>;
  /** Resources whose action can be executed. */
  resources: readonly CatalogueResource[];
  prompts: readonly CataloguePrompt[];
}

export interface Catalogue {
  list(): Promise<KnownPlugin[]>;
  /**
   * Finds an action, also of a plugin without a worker: its work waits. @throws {errors.UnknownPlugin}
   * {errors.UnknownAction}
   */
  find(plugin: string, action: string): Promise<{ plugin: PluginRecord } & KnownAction>;
}

type Snapshot = ReadonlyMap<string, KnownPlugin>;

/** Catalogue of the actions that the fleet can run, read from the database on demand, at most once a second. */
export function buildCatalogue(deps: {
  readSightings: () => Promise<PluginSighting[]>;
  logger: Logger;
}): Catalogue {
  const compile = buildCompiler(deps.logger);
  const recent = new FreshCache<Snapshot>({ maxAgeMs: MAX_AGE_MS, isSingleFlight: true });
  let last: Snapshot | undefined;

  const read = async (): Promise<Snapshot> => {
    try {
      last = toKnown(await deps.readSightings(), compile);
    } catch (error) {
      // With the database away, an old snapshot still tells a typing error from an outage.
      if (!last || !isDatabaseAway(error)) throw error;
    }
    return last;
  };

  const current = () => recent.read('all', read);

  return {
    list: async () => [...(await current()).values()],
    async find(id, name) {
      const knownPlugin = (await current()).get(id);
      if (!knownPlugin) throw new errors.UnknownPlugin(id);
      const knownAction = knownPlugin.actions.get(name);
      if (!knownAction) throw new errors.UnknownAction(id, name);
      return { plugin: knownPlugin.plugin, ...knownAction };
    },
  };
}

type Compile = (plugin: PluginRecord) => KnownPlugin['actions'];

/** Compiles each published version once, and logs each hidden action once. */
function buildCompiler(logger: Logger): Compile {
  const compiled = new Map<string, KnownPlugin['actions']>();
  return (plugin) => {
    const key = `${plugin._id}:${plugin.hash}`;
    const cached = compiled.get(key);
    if (cached) return cached;
    const actions = new Map<string, KnownAction>();
    for (const action of plugin.actions) {
      const input = compilePayloadSchema(action.inputSchema);
      // Outputs are only shown, but an unreadable one must not break the list of all.
      const output = compilePayloadSchema(action.outputSchema);
      if (input.kind === 'usable' && output.kind === 'usable') {
        actions.set(action.name, { action, checkPayload: input.check });
      } else {
        const reason = [input, output].map((schema) =>
          schema.kind === 'refused' ? schema.reason : 'usable',
        );
        logger.warn({ plugin: plugin.id, action: action.name, reason }, 'action hidden: unusable schema');
      }
    }
    for (const old of compiled.keys()) if (old.startsWith(`${plugin._id}:`)) compiled.delete(old);
    compiled.set(key, actions);
    return actions;
  };
}

function toKnown(sightings: PluginSighting[], compile: Compile): Snapshot {
  const newest = new Map<string, KnownPlugin>();
  const ordered = sightings.toSorted((a, b) => newestVersionFirst(a.plugin.version, b.plugin.version));
  for (const sighting of ordered) {
    const { plugin: published } = sighting;
    if (newest.has(published.id)) continue;
    const plugin = withDefaults(published);
    const actions = compile(plugin);
    newest.set(plugin.id, {
      plugin,
      isAlive: isAlive(sighting),
      actions,
      resources: plugin.resources.filter(({ action }) => actions.has(action)),
      prompts: plugin.prompts.filter(({ action }) => actions.has(action)),
    });
  }
  return newest;
}

/** Fills fields that workers of an older release do not publish. */
function withDefaults(published: PluginRecord): PluginRecord {
  const { actions, resources, prompts } = published as Partial<PluginRecord>;
  return {
    ...published,
    actions: (actions ?? []).map(withToolDefaults),
    resources: resources ?? [],
    prompts: prompts ?? [],
  };
}

function withToolDefaults(published: CatalogueAction): CatalogueAction {
  const { isTool, tool } = published as Partial<CatalogueAction>;
  return { ...published, isTool: isTool ?? true, tool: tool ?? ToolPolicy.parse({}) };
}
