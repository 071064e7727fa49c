import { parseArgs } from 'node:util';

export interface Arguments {
  /** Also shows passed checks. */
  isVerbose: boolean;
  isJson: boolean;
  /** GiB below which a disk is short of space; below a tenth of it, full. */
  freeGib: number;
}

const DEFAULT_FREE_GIB = '2';

/** Reads the command line. @throws {TypeError} on unknown options or values */
export function readArguments(argv: string[]): Arguments {
  const { values } = parseArgs({
    args: argv.filter((argument) => argument !== '--'),
    options: {
      verbose: { type: 'boolean', short: 'v', default: false },
      json: { type: 'boolean', default: false },
      'free-gib': { type: 'string', default: DEFAULT_FREE_GIB },
    },
  });
  const freeGib = Number(values['free-gib']);
  if (!Number.isFinite(freeGib) || freeGib < 0)
    throw new TypeError('--free-gib must be a number of gibibytes, 0 or more');
  return { isVerbose: values.verbose, isJson: values.json, freeGib };
}
