import { basename } from 'node:path';

import { type Action, type Plugin, PluginError } from '@mcp-server/plugin-sdk';
import { findPluginProblems } from '@mcp-server/plugin-sdk/check';
import { z } from 'zod';

import { noteCodeHash } from '../catalogue/code-hash.ts';
import { PackageProcess } from './launch.ts';
import type { PluginDescription } from './messages.ts';
import type { PackageAction } from './run-in-process.ts';

/** Targets of the actions that run in a process. */
const targets = new WeakMap<Action, PackageAction>();

/** Target of an action's process; undefined for an action of this process. */
export const packageActionOf = (action: Action): PackageAction | undefined => targets.get(action);

/**
 * Reads a plugin in a process of its own: no line of it runs here. Its actions keep their schemas as JSON only; payloads are
 * checked by the API, and again in the process of each run. @throws {PluginError} if it cannot be used
 */
export async function describePackage({
  folder,
  entry,
  timeoutMs,
  name,
}: {
  folder: string;
  entry: string;
  timeoutMs: number;
  name: string;
}): Promise<Plugin> {
  let described: PluginDescription | undefined;
  let broken: PluginError | undefined;
  const subject = `Package ${name}`;
  const child = new PackageProcess(folder, (message) => {
    if (message.kind === 'described') described = message.plugin;
    else if (message.kind === 'broken')
      broken = new PluginError(subject, [`${message.subject}: ${message.problems.slice(0, 20).join('; ')}`]);
  });
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    child.kill();
  }, timeoutMs);
  child.send({ kind: 'describe', entry });
  const exit = await child.exited;
  clearTimeout(timer);
  if (broken) throw broken;
  if (isLate) throw new PluginError(subject, [`was not loaded within ${timeoutMs} ms (PLUGIN_LOAD_MS)`]);
  if (!described) throw new PluginError(subject, [`its process ended with ${exit} while it was loaded`]);
  const plugin = toPlugin(described, { folder, entry });
  // Named by the hash of its lockfile, and never changed.
  noteCodeHash(plugin, basename(folder));
  const problems = findPluginProblems(plugin);
  if (problems.length > 0) throw new PluginError(subject, problems);
  return plugin;
}

function toPlugin(described: PluginDescription, place: { folder: string; entry: string }): Plugin {
  const actions = described.actions.map(
    ({ name, inputSchema, outputSchema, hasContent, cache, ...facts }) => {
      const action: Action = {
        ...facts,
        // The report of its process about its readings is not trusted, so nothing of it reaches another owner.
        ...(cache ? { cache: { ...cache, shared: false } } : {}),
        input: schemaOf(inputSchema),
        output: schemaOf(outputSchema),
        ...(hasContent ? { toContent: () => undefined } : {}),
        run: () => {
          throw new Error('an action of a package runs in its process');
        },
      };
      targets.set(action, { ...place, action: name });
      return [name, action] as const;
    },
  );
  return { ...described, actions: Object.fromEntries(actions) };
}

/** A schema that accepts everything and is published as this JSON Schema. @throws {PluginError} */
function schemaOf(text: string): z.ZodType {
  const json = z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  const schema = z.unknown();
  schema._zod.toJSONSchema = () => ({ ...json });
  return schema;
}
