import { parseArgs } from 'node:util';

export interface Arguments {
  readonly dataDir: string;
  /** Empty: only the services are started. */
  readonly command: readonly string[];
}

/** Parses `[--data DIR] [--] [COMMAND ARGS…]`; everything after `--` belongs to the command. */
export function parseArguments(argv: readonly string[]): Arguments {
  const end = argv.indexOf('--');
  const own = end === -1 ? argv : argv.slice(0, end);
  const { values } = parseArgs({ args: [...own], options: { data: { type: 'string', default: '.data' } } });
  return { dataDir: values.data, command: end === -1 ? [] : argv.slice(end + 1) };
}
