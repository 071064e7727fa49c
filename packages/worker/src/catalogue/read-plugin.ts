import { contractVersion, defineAction, definePlugin, type Plugin } from '@mcp-server/plugin-sdk';
import { Slug } from '@mcp-server/plugin-sdk/schemas';
import { ConfigError } from '@mcp-server/shared';
import { z } from 'zod';

/** Checks for a zod 4 schema of any copy of zod. */
const Schema = z.custom<z.ZodType>(
  (value) => typeof value === 'object' && value !== null && '_zod' in value,
  'must be a zod 4 schema',
);
const Title = z.string().max(200);
const Description = z.string().max(5_000);

const LoadedAction = z.looseObject({
  title: Title,
  description: Description,
  input: Schema,
  output: Schema,
  run: z.custom((value) => typeof value === 'function', 'must be a function'),
});

/** Minimum that a worker requires of a default export before it checks the details. */
const LoadedPlugin = z.looseObject({
  id: Slug,
  version: z.string().min(1),
  title: Title,
  description: Description,
  actions: z.record(z.string(), LoadedAction),
});

const CONTRACT = /^(?<major>\d+)\.\d+$/;

/**
 * Checks the default export of a plugin's entry file. A plugin without a contract version was built before the SDK, or is a
 * plain object: it counts as contract 1, and missing fields get their defaults.
 * @throws {ConfigError} that names the file, the problem and the fix.
 */
export function readPlugin(entry: string, value: unknown): Plugin {
  if (typeof value !== 'object' || value === null)
    throw new ConfigError(`Plugin ${entry} has no default export; add "export default definePlugin({ … })".`);
  assertContract(entry, value);
  const parsed = LoadedPlugin.safeParse(value);
  if (!parsed.success)
    throw new ConfigError(
      `Plugin ${entry} is not a plugin made by definePlugin:\n${z.prettifyError(parsed.error)}`,
    );
  return 'contractVersion' in value ? (value as Plugin) : completePlugin(entry, value as PlainPlugin);
}

function assertContract(
  entry: string,
  { contractVersion: version = '1.0', id, version: pluginVersion }: Partial<Plugin>,
): void {
  const own = majorOf(contractVersion);
  const major = majorOf(version);
  if (major === own) return;
  const name = `Plugin "${id ?? '?'}" ${pluginVersion ?? '?'} (${entry})`;
  if (major === undefined)
    throw new ConfigError(
      `${name} has the contract version ${JSON.stringify(version)}, which is not "major.minor".`,
    );
  throw new ConfigError(
    `${name} was built for plugin contract ${version}, but this worker has contract ${contractVersion}. ` +
      `Build the plugin with @mcp-server/plugin-sdk@${own}, or run it on a worker with contract ${major}.`,
  );
}

function majorOf(version: unknown): string | undefined {
  return typeof version === 'string' ? CONTRACT.exec(version)?.groups?.['major'] : undefined;
}

type PlainAction = Parameters<typeof defineAction>[0] & { isTool?: boolean };
type PlainPlugin = Omit<Plugin, 'contractVersion' | 'actions' | 'pool' | 'resources' | 'prompts'> &
  Partial<Pick<Plugin, 'pool' | 'resources' | 'prompts'>> & { actions: Record<string, PlainAction> };

function completePlugin(entry: string, { resources = [], prompts = [], ...plugin }: PlainPlugin): Plugin {
  try {
    const actions = Object.entries(plugin.actions).map(([name, action]) => [
      name,
      { ...defineAction(action), isTool: action.isTool ?? true },
    ]);
    const complete = definePlugin({ ...plugin, actions: Object.fromEntries(actions) as Plugin['actions'] });
    return { ...complete, resources, prompts };
  } catch (cause) {
    throw new ConfigError(`Plugin ${entry} cannot be loaded: ${String(cause)}`, { cause });
  }
}
