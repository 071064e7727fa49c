import { KnownSecrets, safeText } from '@mcp-server/plugin-sdk/masking';
import { ConfigError, type Logger, type PluginErrorRecord } from '@mcp-server/shared';

import type { WorkerConfig } from '../config.ts';
import type { BrokenPlugin, LoadedPlugins } from './load-plugins.ts';

/** Most broken plugins in the record of a worker. */
export const MAX_REPORTED = 50;
const MAX_PROBLEMS = 20;

/** A broken plugin as logged and announced; `file` names it in full. */
interface Report extends PluginErrorRecord {
  message: string;
  /** Empty if there is none. */
  stack: string;
}

/**
 * Decides whether the worker goes on without its broken plugins. If so, each is logged, and returned for the list of workers.
 * @throws {ConfigError} that names them all, if `PLUGIN_ERRORS` is `fail` or no plugin is left in the worker's pools.
 */
export function reportBroken(
  { plugins, broken }: LoadedPlugins,
  config: Pick<WorkerConfig, 'PLUGIN_ERRORS' | 'WORKER_POOLS'>,
  { log, env }: { log: Logger; env: NodeJS.ProcessEnv },
): PluginErrorRecord[] {
  if (broken.length === 0) return [];
  const reports = broken.map((plugin) => describeBroken(plugin, env));
  const isPluginLeft = [...plugins.values()].some(({ pool }) => config.WORKER_POOLS.includes(pool));
  if (config.PLUGIN_ERRORS === 'fail' || !isPluginLeft) {
    const heading = isPluginLeft
      ? 'Broken plugins end this worker, because PLUGIN_ERRORS is "fail":'
      : `There is no plugin left in the pools of this worker (WORKER_POOLS: ${config.WORKER_POOLS.join(', ')}):`;
    throw new ConfigError([heading, ...reports.map(({ message }) => message)].join('\n'));
  }
  for (const report of reports) logBroken(report, log);
  return reports.map(({ plugin, problems }) => ({ plugin, problems }));
}

/** Describes a broken plugin, without its secrets. */
export function describeBroken({ name, error }: BrokenPlugin, env: NodeJS.ProcessEnv): Report {
  const mask = maskOf(env);
  const problems = error.problems.slice(0, MAX_PROBLEMS).map(mask);
  return { plugin: name, problems, message: mask(error.message), stack: mask(stackOf(error.cause)) };
}

/** Logs a broken plugin; `running` is the version of the code before, if the worker still runs it. */
export function logBroken({ plugin, problems, message, stack }: Report, log: Logger, running?: string): void {
  log.error(
    {
      plugin,
      problems,
      text: message,
      ...(stack === '' ? {} : { stack }),
      ...(running === undefined ? {} : { running }),
    },
    running === undefined
      ? 'plugin cannot be used; the worker runs without it'
      : 'edited plugin cannot be used; the worker goes on with the code before the edit',
  );
}

/** Only the schema of its settings says which of them are secret, and a broken plugin may have none: all count as secret. */
function maskOf(env: NodeJS.ProcessEnv): (text: string) => string {
  const secrets = new KnownSecrets();
  for (const [name, value] of Object.entries(env)) if (name.includes('_PLUGIN_')) secrets.add(value ?? '');
  return (text) => safeText(secrets.mask(text));
}

const stackOf = (cause: unknown): string =>
  cause instanceof Error && typeof cause.stack === 'string' ? cause.stack : '';
