import { type Action, contractVersion, defineAction, type Plugin, PluginError } from '@mcp-server/plugin-sdk';
import { describeError } from '@mcp-server/plugin-sdk/attempt';
import { findPluginProblems } from '@mcp-server/plugin-sdk/check';

const CONTRACT = /^(?<major>\d+)\.\d+$/;

const PLUGIN_FIELDS = [
  'contractVersion',
  'id',
  'version',
  'title',
  'description',
  'pool',
  'settings',
  'actions',
  'resources',
  'prompts',
] as const satisfies readonly (keyof Plugin)[];
const ACTION_FIELDS = [
  'title',
  'description',
  'input',
  'output',
  'timeoutMs',
  'retry',
  'annotations',
  'cache',
  'onCrash',
  'settings',
  'publicName',
  'isTool',
  'tool',
  'toContent',
  'run',
] as const satisfies readonly (keyof Action)[];

/**
 * Checks the default export of a plugin's entry file and copies it, so that getters run once. A plugin without a contract
 * version was built before the SDK, or is a plain object: it counts as contract 1, and missing fields get their defaults.
 * @throws {PluginError} that names the plugin, the file and every problem with its rule.
 */
export function readPlugin(file: string, value: unknown): Plugin {
  if (typeof value !== 'object' || value === null)
    throw new PluginError(`Plugin ${file}`, [
      'has no default export; add "export default definePlugin({ … })"',
    ]);
  const problems: string[] = [];
  const plugin = copyPlugin(value, problems);
  const subject = describeSubject(file, plugin);
  if (problems.length > 0) throw new PluginError(subject, problems);
  assertContract(subject, plugin);
  const complete = plugin.contractVersion === undefined ? completePlugin(plugin) : (plugin as Plugin);
  const remaining = findPluginProblems(complete);
  if (remaining.length > 0) throw new PluginError(subject, remaining);
  return complete;
}

/** Names a plugin as far as it is known: `Plugin "shop" 1.2.3 (/plugins/shop/index.ts)`. */
function describeSubject(file: string, { id, version }: Partial<Plugin>): string {
  if (typeof id !== 'string') return `Plugin ${file}`;
  return `Plugin "${id}"${typeof version === 'string' ? ` ${version}` : ''} (${file})`;
}

function copyPlugin(value: object, problems: string[]): Partial<Plugin> {
  const plugin = copyFields(value, PLUGIN_FIELDS, problems, '');
  const { actions } = plugin;
  if (typeof actions !== 'object' || actions === null) return plugin;
  const copies = Object.entries(actions).map(([name, action]: [string, unknown]) => {
    if (typeof action !== 'object' || action === null) return [name, action];
    const copy: Partial<Action> = copyFields(action, ACTION_FIELDS, problems, `action "${name}": `);
    // A class may hold its actions, so `this` stays the plugin's own object.
    if (typeof copy.run === 'function') copy.run = copy.run.bind(action);
    if (typeof copy.toContent === 'function') copy.toContent = copy.toContent.bind(action);
    return [name, copy];
  });
  return { ...plugin, actions: Object.fromEntries(copies) as Plugin['actions'] };
}

/** Reads each field once; a getter that throws is a problem. */
function copyFields<T extends object>(
  value: object,
  fields: readonly (keyof T & string)[],
  problems: string[],
  place: string,
): Partial<T> {
  const copy: Partial<T> = {};
  for (const field of fields) {
    try {
      const content = (value as Partial<T>)[field];
      if (content !== undefined) copy[field] = content;
    } catch (error) {
      problems.push(`${place}${field}: cannot be read: ${describeError(error).message}`);
    }
  }
  return copy;
}

function assertContract(subject: string, { contractVersion: version = '1.0' }: Partial<Plugin>): void {
  const own = majorOf(contractVersion);
  const major = majorOf(version);
  if (major === own) return;
  if (major === undefined)
    throw new PluginError(subject, [`the contract version ${JSON.stringify(version)} is not "major.minor"`]);
  throw new PluginError(subject, [
    `was built for plugin contract ${version}, but this worker has contract ${contractVersion}. ` +
      `Build the plugin with @mcp-server/plugin-sdk@${own}, or run it on a worker with contract ${major}.`,
  ]);
}

function majorOf(version: unknown): string | undefined {
  return typeof version === 'string' ? CONTRACT.exec(version)?.groups?.['major'] : undefined;
}

type PlainAction = Parameters<typeof defineAction>[0] & { isTool?: boolean };

/** Fills in the defaults of a plugin that was not made by `definePlugin`. */
function completePlugin(plugin: Partial<Plugin>): Plugin {
  const actions = Object.entries(plugin.actions ?? {}).map(([name, action]) => [
    name,
    typeof action === 'object' && (action as unknown) !== null
      ? { ...defineAction(action as PlainAction), isTool: action.isTool ?? true }
      : action,
  ]);
  return {
    ...(plugin as Plugin),
    contractVersion,
    pool: plugin.pool ?? 'default',
    actions: Object.fromEntries(actions) as Plugin['actions'],
    resources: plugin.resources ?? [],
    prompts: plugin.prompts ?? [],
  };
}
