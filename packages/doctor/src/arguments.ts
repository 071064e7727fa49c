import { parseArgs } from 'node:util';

export interface Arguments {
  /** Shows what is well, too. */
  isVerbose: boolean;
  isJson: boolean;
  /** Below this a disk is called short of space; below a tenth of it, full. GiB. */
  freeGib: number;
}

const DEFAULT_FREE_GIB = '2';

/** Reads the command line. @throws {TypeError} on what is not known. */
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
