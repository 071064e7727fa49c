#!/usr/bin/env node
// `documentdb-gateway [options]`: listens until SIGINT or SIGTERM.
import { readFileSync } from 'node:fs';

import { parseArguments, USAGE, UsageError } from './arguments.ts';
import { type GatewayOptions, startGateway } from './start-gateway.ts';

/** EX_USAGE and EX_UNAVAILABLE of sysexits.h. */
const EXIT_USAGE = 64;
const EXIT_UNAVAILABLE = 69;

const print = (text: string): void => void process.stdout.write(text);

async function serve(options: GatewayOptions): Promise<void> {
  const gateway = await startGateway(options);
  const stop = (): void => void gateway.close().then(() => process.exit(0));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  print(`listening at ${gateway.url}\n`);
}

function readVersion(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return version;
}

try {
  const options = parseArguments(process.argv.slice(2));
  if (options === 'help') print(USAGE);
  else if (options === 'version') print(`${readVersion()}\n`);
  else await serve(options);
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(`documentdb-gateway: ${(error as Error).message}${isUsage ? `\n\n${USAGE}` : '\n'}`);
  process.exitCode = isUsage ? EXIT_USAGE : EXIT_UNAVAILABLE;
}
