import {
  type Bindings,
  type ChildLoggerOptions,
  type DestinationStream,
  type Logger,
  pino,
  stdSerializers,
} from 'pino';

import { maskSecrets } from './mask-secrets.ts';

export type { Logger } from 'pino';

/**
 * Builds a logger of JSON lines on stdout, or on `destination`. The message is constant text, values
 * go into fields.
 */
export function buildLogger(options: {
  name: string;
  level: string;
  destination?: DestinationStream;
}): Logger {
  const settings = {
    name: options.name,
    level: options.level,
    formatters: { log: maskSecrets },
    serializers: { err: serializeError },
  };
  const logger = options.destination ? pino(settings, options.destination) : pino(settings);
  maskBindings(logger);
  return logger;
}

/**
 * Shows an error without what drivers attach to it: the arguments of a Redis command, which may be a password or an event,
 * and the whole of an invalid URL.
 */
function serializeError(error: Error): object {
  const shown: Record<string, unknown> = { ...maskSecrets(stdSerializers.err(error)) };
  const { command } = shown as { command?: { name?: unknown; args?: unknown } };
  if (command?.args !== undefined) shown['command'] = { name: command.name };
  if (shown['code'] === 'ERR_INVALID_URL') delete shown['input'];
  return shown;
}

/** Masks the bindings of child loggers, which formatters do not see. Children inherit this from the root. */
function maskBindings(logger: Logger): void {
  const child = (logger as { child: unknown }).child as (
    bindings: Bindings,
    options?: ChildLoggerOptions,
  ) => Logger;
  Object.defineProperty(logger, 'child', {
    value(this: Logger, bindings: Bindings, options?: ChildLoggerOptions): Logger {
      return Reflect.apply(child, this, [maskSecrets(bindings), options]);
    },
  });
}
