import {
  type CatalogueAction,
  type CataloguePrompt,
  type CatalogueResource,
  ToolPolicy,
} from '@mcp-server/plugin-sdk/schemas';

import { DEAD_AFTER_MS, isAlive } from '../alive.ts';
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

/** An action of one plugin version. */
export interface ActionVersion {
  plugin: PluginRecord;
  action: CatalogueAction;
  checkPayload: PayloadCheck;
}

/** An action that can be executed. */
export interface KnownAction extends ActionVersion {
  /**
   * Versions that judge its payloads, newest first: those that live, or those that lived last. The first one describes
   * the action.
   */
  versions: readonly [ActionVersion, ...ActionVersion[]];
  /** A worker that has it was seen recently; otherwise its work waits. */
  isServed: boolean;
  /** A worker that has it was seen within the grace; otherwise it is not offered any more, and still accepted. */
  isListed: boolean;
}

/** A published version of a plugin. `isAlive`: a worker that can run it was seen recently; see alive.ts. */
export interface KnownVersion {
  version: string;
  pool: string;
  isAlive: boolean;
  unseenMs: number;
}

/** A plugin as its living versions describe it, or those that lived last. */
export interface KnownPlugin {
  /** The newest of these versions. */
  plugin: PluginRecord;
  isAlive: boolean;
  /** Some version was seen within the grace. */
  isListed: boolean;
  /** All published versions, newest first. */
  versions: readonly KnownVersion[];
  actions: ReadonlyMap<string, KnownAction>;
  /** Resources whose action can be executed. */
  resources: readonly CatalogueResource[];
  prompts: readonly CataloguePrompt[];
}

export interface Catalogue {
  list(): Promise<KnownPlugin[]>;
  /**
   * Finds an action, also one without a worker: its work waits. @throws {errors.UnknownPlugin} {errors.UnknownAction}
   */
  find(plugin: string, action: string): Promise<KnownAction>;
}

type Snapshot = ReadonlyMap<string, KnownPlugin>;

/**
 * Catalogue of the actions that the fleet can run, read from the database on demand, at most once a second. `graceMs`:
 * how long after its last worker an action is still listed.
 */
export function buildCatalogue(deps: {
  readSightings: () => Promise<PluginSighting[]>;
  graceMs: number;
  logger: Logger;
}): Catalogue {
  const compile = buildCompiler(deps.logger);
  const recent = new FreshCache<Snapshot>({ maxAgeMs: MAX_AGE_MS, isSingleFlight: true });
  let last: Snapshot | undefined;

  const read = async (): Promise<Snapshot> => {
    try {
      last = toSnapshot(await deps.readSightings(), { compile, graceMs: deps.graceMs });
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
      return knownAction;
    },
  };
}

type Compile = (plugin: PluginRecord) => ReadonlyMap<string, ActionVersion>;

/** Compiles each published version once, and logs each hidden action once. */
function buildCompiler(logger: Logger): Compile {
  const compiled = new Map<string, { hash: string; actions: ReadonlyMap<string, ActionVersion> }>();
  return (plugin) => {
    const cached = compiled.get(plugin._id);
    if (cached?.hash === plugin.hash) return cached.actions;
    const actions = new Map<string, ActionVersion>();
    for (const action of plugin.actions) {
      const input = compilePayloadSchema(action.inputSchema);
      // Outputs are only shown, but an unreadable one must not break the list of all.
      const output = compilePayloadSchema(action.outputSchema);
      if (input.kind === 'usable' && output.kind === 'usable') {
        actions.set(action.name, { plugin, action, checkPayload: input.check });
      } else {
        const reason = [input, output].map((schema) =>
          schema.kind === 'refused' ? schema.reason : 'usable',
        );
        logger.warn({ plugin: plugin.id, action: action.name, reason }, 'action hidden: unusable schema');
      }
    }
    compiled.set(plugin._id, { hash: plugin.hash, actions });
    return actions;
  };
}

interface SnapshotOptions {
  compile: Compile;
  graceMs: number;
}

function toSnapshot(sightings: PluginSighting[], options: SnapshotOptions): Snapshot {
  const byId = new Map<string, PluginSighting[]>();
  const ordered = sightings.toSorted((a, b) => newestVersionFirst(a.plugin.version, b.plugin.version));
  for (const { plugin, unseenMs } of ordered) {
    const versions = byId.get(plugin.id) ?? [];
    versions.push({ plugin: withDefaults(plugin), unseenMs });
    byId.set(plugin.id, versions);
  }
  return new Map([...byId].map(([id, versions]) => [id, toKnownPlugin(versions, options)]));
}

/** `sightings` are all versions of one plugin, newest first. */
function toKnownPlugin(sightings: PluginSighting[], { compile, graceMs }: SnapshotOptions): KnownPlugin {
  const actions = new Map<string, KnownAction>();
  for (const name of new Set(
    sightings.flatMap(({ plugin }) => plugin.actions.map((action) => action.name)),
  )) {
    const having = sightings.filter(({ plugin }) => plugin.actions.some((action) => action.name === name));
    const judging = livingOrLast(having);
    const [first, ...others] = judging.flatMap(({ plugin }) => compile(plugin).get(name) ?? []);
    if (!first) continue;
    const isListed = judging.some(({ unseenMs }) => unseenMs <= graceMs);
    actions.set(name, {
      ...first,
      versions: [first, ...others],
      isServed: judging.some(isAlive),
      isListed,
    });
  }
  const shown = livingOrLast(sightings);
  const plugins = shown.map(({ plugin }) => plugin);
  const hasAction = ({ action }: { action: string }) => actions.has(action);
  return {
    plugin: plugins[0]!,
    isAlive: shown.some(isAlive),
    isListed: [...actions.values()].some(({ isListed }) => isListed),
    versions: sightings.map((sighting) => ({
      version: sighting.plugin.version,
      pool: sighting.plugin.pool,
      isAlive: isAlive(sighting),
      unseenMs: sighting.unseenMs,
    })),
    actions,
    resources: firstOfEachName(plugins.flatMap(({ resources }) => resources).filter(hasAction)),
    prompts: firstOfEachName(plugins.flatMap(({ prompts }) => prompts).filter(hasAction)),
  };
}

/** The versions that live; if none does, those that were alive when the last one was seen. Order is kept. */
function livingOrLast(sightings: PluginSighting[]): PluginSighting[] {
  const freshest = Math.min(...sightings.map(({ unseenMs }) => unseenMs));
  const oldest = isAlive({ unseenMs: freshest }) ? DEAD_AFTER_MS : freshest + DEAD_AFTER_MS;
  return sightings.filter(({ unseenMs }) => unseenMs <= oldest);
}

function firstOfEachName<T extends { name: string }>(entries: readonly T[]): T[] {
  const names = new Set<string>();
  return entries.filter(({ name }) => !names.has(name) && names.add(name));
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
