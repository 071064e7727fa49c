import { parseArgs } from 'node:util';

export interface Arguments {
  /** Each row runs once for each seed. */
  seeds: number[];
  /** Only the rows of the quick run. */
  isQuick: boolean;
  /** Ids of the rows to run, whatever run they belong to; `F6` means its variants such as `F6-ALWAYS` too. */
  rows: string[] | undefined;
  /** Target length of the whole run with all seeds; undefined keeps the load of every row. */
  minutes: number | undefined;
  /** Skips rows that an earlier run of the same commit and seed has finished. */
  isResumed: boolean;
  sabotage: string | undefined;
  /** Name of the figures; undefined writes none. */
  figures: 'quick' | 'full' | undefined;
}

const MAX_SEED = 2 ** 31;

/** Reads the command line. @throws {TypeError} on an unknown option or a bad value. */
export function readArguments(argv: string[]): Arguments {
  const { values } = parseArgs({
    args: argv.filter((argument) => argument !== '--'),
    options: {
      quick: { type: 'boolean', default: false },
      resume: { type: 'boolean', default: false },
      seed: { type: 'string', multiple: true, default: [] },
      seeds: { type: 'string' },
      rows: { type: 'string' },
      minutes: { type: 'string' },
      sabotage: { type: 'string' },
    },
  });
  const rows = values.rows?.split(',').map((id) => id.trim().toUpperCase());
  const isWhole = rows === undefined && values.sabotage === undefined;
  const seeds = [...values.seed, ...(values.seeds?.split(',') ?? [])].map((seed) => number('seed', seed));
  if (values.resume && seeds.length === 0) throw new TypeError('--resume needs --seed or --seeds');
  return {
    seeds: seeds.length > 0 ? seeds : [Math.floor(Math.random() * MAX_SEED)],
    rows,
    isQuick: values.quick && rows === undefined,
    minutes: values.minutes === undefined ? undefined : number('minutes', values.minutes),
    isResumed: values.resume,
    sabotage: values.sabotage,
    figures: isWhole ? (values.quick ? 'quick' : 'full') : undefined,
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < 0) {
    throw new TypeError(`--${name}: "${text}" is not a number`);
  }
  return value;
}
