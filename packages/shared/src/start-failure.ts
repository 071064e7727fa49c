import { ConfigError, EXIT_CONFIG } from './config/load.ts';
import { buildSettingsMask } from './config/mask-settings.ts';
import { StartRefusal } from './listening.ts';

/**
 * Prints on stderr why a process cannot start and returns its exit code: 78 for settings and plugins, else 1. Only an
 * unexpected error has a stack; the values of secret settings are masked in it.
 */
export function reportStartFailure(processName: string, error: unknown): number {
  const isExpected = error instanceof ConfigError || error instanceof StartRefusal;
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const text = isExpected ? error.message : `${processName} cannot start: ${stack}`;
  process.stderr.write(`${buildSettingsMask(process.env)(text)}\n`);
  return error instanceof ConfigError ? EXIT_CONFIG : 1;
}
