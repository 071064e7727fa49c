import { buildApiEnv } from '@mcp-server/api';
import { groupOf } from '@mcp-server/shared';
import { loadPlugins, variableName, WorkerEnv } from '@mcp-server/worker';
import { z } from 'zod';

import { containerSettings } from './container-settings.ts';

/** A setting as `.env.example` and `docs/settings.md` show it. */
export interface Setting {
  name: string;
  group: string;
  readBy: 'API' | 'worker' | 'API and worker' | 'docker compose';
  description: string;
  /** Text as it would stand in the environment; empty when there is none. */
  default: string;
  /** Values that are accepted, in words; empty for any text. */
  allowed: string;
}

/** Facts of a schema that its JSON schema carries. */
const Facts = z.object({
  default: z.union([z.string(), z.number()]).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  enum: z.array(z.string()).optional(),
});

/** Every setting of the product, in the order of its groups. */
export async function listSettings(): Promise<Setting[]> {
  const api: Record<string, z.ZodType> = buildApiEnv({}).shape;
  const worker: Record<string, z.ZodType> = WorkerEnv.shape;
  const settings = Object.entries({ ...api, ...worker }).map(([name, schema]) => {
    const group = groupOf(schema);
    if (group === undefined) throw new Error(`${name} is in no settingsGroup`);
    return describe(name, schema, group, readerOf(name in api, name in worker));
  });
  const containers = containerSettings.map(({ name, description, default: value }): Setting => {
    return { name, description, default: value, group: 'Containers', readBy: 'docker compose', allowed: '' };
  });
  return [...inGroups(settings), ...(await listPluginSettings()), ...containers];
}

/** Time that the import of a built-in plugin may take. */
const LOAD_MS = 30_000;

async function listPluginSettings(): Promise<Setting[]> {
  const { plugins } = await loadPlugins({ dir: undefined, packages: [], timeoutMs: LOAD_MS });
  return [...plugins.values()].flatMap(({ id, settings }) =>
    Object.entries(settings?.shape ?? {}).map(([field, schema]) =>
      describe(variableName(id, field), schema as z.ZodType, 'Plugins', 'worker'),
    ),
  );
}

function readerOf(isOfApi: boolean, isOfWorker: boolean): Setting['readBy'] {
  if (isOfApi && isOfWorker) return 'API and worker';
  return isOfApi ? 'API' : 'worker';
}

function describe(name: string, schema: z.ZodType, group: string, readBy: Setting['readBy']): Setting {
  const { description } = schema;
  if (description === undefined) throw new Error(`${name} has no description`);
  const facts = Facts.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }));
  return {
    name,
    group,
    readBy,
    description,
    default: String(facts.default ?? ''),
    allowed: toAllowed(facts),
  };
}

function toAllowed({ minimum, maximum, enum: options }: z.infer<typeof Facts>): string {
  if (options) return options.map((option) => `\`${option}\``).join(', ');
  return minimum === undefined || maximum === undefined ? '' : `${minimum} to ${maximum}`;
}

/** Settings of a group stand together, in the order in which the groups first appear. */
function inGroups(settings: Setting[]): Setting[] {
  return [...Map.groupBy(settings, ({ group }) => group).values()].flat();
}
