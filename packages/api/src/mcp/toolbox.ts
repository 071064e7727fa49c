import type { CatalogueAction, KnownPlugin, Logger } from '@mcp-server/shared';
import type { Tool } from '@modelcontextprotocol/server';

import { OWN_TOOLS } from './own-tools.ts';
import { toInputSchema, toOutputSchema } from './tool-schema.ts';

/** A tool and the action behind it. */
export interface ToolEntry {
  tool: Tool;
  plugin: string;
  action: CatalogueAction;
  /** False when no worker has had it for the grace: it can still be called, and the call waits. */
  isListed: boolean;
}

/** The tools of the current catalogue. */
export interface ToolList {
  /** Those that are listed, sorted by name, including the server's own. */
  tools: Tool[];
  find(name: string): ToolEntry | undefined;
}

export interface Toolbox {
  /** Rebuilds the list only if the catalogue has changed. */
  list(): Promise<ToolList>;
}

export function buildToolbox(deps: {
  catalogue: { list(): Promise<KnownPlugin[]> };
  logger: Logger;
}): Toolbox {
  let built: { key: string; list: ToolList } | undefined;
  return {
    async list() {
      const plugins = (await deps.catalogue.list()).toSorted((a, b) => compare(a.plugin.id, b.plugin.id));
      const key = plugins.map(keyOf).join('\n');
      if (built?.key !== key) built = { key, list: buildList(plugins, deps.logger) };
      return built.list;
    },
  };
}

const keyOf = ({ actions }: KnownPlugin): string =>
  Array.from(actions.values(), ({ plugin, action, isListed }) =>
    [plugin._id, plugin.hash, action.name, isListed].join(' '),
  ).join('\n');

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function buildList(plugins: KnownPlugin[], logger: Logger): ToolList {
  const entries = new Map<string, ToolEntry>();
  const usedNames = new Set(OWN_TOOLS.map(({ name }) => name));
  for (const { plugin, actions } of plugins) {
    for (const { action, isListed } of actions.values()) {
      if (!action.isTool) continue;
      const name = chooseName(plugin.id, action, usedNames);
      const tool = toTool(name, action);
      if (!tool) {
        logger.warn(
          { plugin: plugin.id, action: action.name },
          'action cannot be a tool: its input is not an object',
        );
        continue;
      }
      if (action.publicName !== undefined && name !== action.publicName) {
        const { publicName } = action;
        logger.warn({ plugin: plugin.id, action: action.name, publicName }, 'public name is taken');
      }
      usedNames.add(name);
      entries.set(name, { tool, plugin: plugin.id, action, isListed });
    }
  }
  const listed = [...entries.values()].filter(({ isListed }) => isListed);
  const tools = [...OWN_TOOLS, ...listed.map(({ tool }) => tool)];
  return {
    tools: tools.toSorted((a, b) => compare(a.name, b.name)),
    find: (name) => entries.get(name),
  };
}

/** The first plugin by id keeps a public name; `plugin__action` is always unique. */
function chooseName(plugin: string, { name, publicName }: CatalogueAction, usedNames: Set<string>): string {
  return publicName !== undefined && !usedNames.has(publicName) ? publicName : `${plugin}__${name}`;
}

function toTool(name: string, action: CatalogueAction): Tool | undefined {
  const inputSchema = toInputSchema(action.inputSchema);
  if (!inputSchema) return undefined;
  const mayFollowUp = action.tool.asTask !== 'required';
  const outputSchema = toOutputSchema(action.outputSchema, { mayFollowUp });
  const { readOnly, destructive, idempotent, openWorld } = action.annotations;
  return {
    name,
    title: action.title,
    description: action.description,
    inputSchema,
    ...(outputSchema ? { outputSchema } : {}),
    annotations: {
      title: action.title,
      ...(readOnly === undefined ? {} : { readOnlyHint: readOnly }),
      ...(destructive === undefined ? {} : { destructiveHint: destructive }),
      ...(idempotent === undefined ? {} : { idempotentHint: idempotent }),
      ...(openWorld === undefined ? {} : { openWorldHint: openWorld }),
    },
  };
}
