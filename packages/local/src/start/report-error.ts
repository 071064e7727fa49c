import { inspect } from 'node:util';

import { buildSettingsMask, ConfigError, EXIT_CONFIG } from '@mcp-server/shared/env-file';

import { LocalServiceError } from '../service-error.ts';
import { ResponseError } from './json-request.ts';
import { StartError } from './product-process.ts';

/** EX_UNAVAILABLE of sysexits.h: a service cannot be started. */
const EXIT_UNAVAILABLE = 69;

/** Prints why a command failed, with a stack trace only for unexpected errors, and returns its exit code. */
export function reportError(command: string, error: unknown): number {
  const isExpected = [StartError, LocalServiceError, ResponseError, ConfigError].some(
    (kind) => error instanceof kind,
  );
  const text = isExpected ? (error as Error).message : inspect(error);
  process.stderr.write(`[${command}] ${buildSettingsMask(process.env)(text)}\n`);
  if (error instanceof StartError) return error.exitCode;
  if (error instanceof ConfigError) return EXIT_CONFIG;
  return error instanceof LocalServiceError ? EXIT_UNAVAILABLE : 1;
}
