import { parseArgs } from 'node:util';

export interface Arguments {
  seed: number;
  /** Only the rows of the quick run. */
  isQuick: boolean;
  /** Ids of the rows to run, whatever run they belong to. */
  rows: string[] | undefined;
  /** Multiplies the time of every load; 1 is the quick run. */
  scale: number;
  sabotage: string | undefined;
  /** The name under which the figures are written; undefined writes none. */
  figures: string | undefined;
}

/** The quick run's length, by which `--minutes` is measured. */
const QUICK_MINUTES = 5;
const MAX_SEED = 2 ** 31;

/** Reads the command line. @throws {TypeError} on what is not known. */
export function readArguments(argv: string[]): Arguments {
  const { values } = parseArgs({
    args: argv.filter((argument) => argument !== '--'),
    options: {
      quick: { type: 'boolean', default: false },
      seed: { type: 'string' },
      rows: { type: 'string' },
      minutes: { type: 'string' },
      sabotage: { type: 'string' },
    },
  });
  const rows = values.rows?.split(',').map((id) => id.trim().toUpperCase());
  const isWhole = rows === undefined && values.sabotage === undefined;
  return {
    seed: values.seed === undefined ? Math.floor(Math.random() * MAX_SEED) : number('seed', values.seed),
    rows,
    isQuick: values.quick && rows === undefined,
    scale: values.minutes === undefined ? 1 : number('minutes', values.minutes) / QUICK_MINUTES,
    sabotage: values.sabotage,
    figures: isWhole ? (values.quick ? 'quick' : 'full') : undefined,
  };
}

function number(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0) throw new TypeError(`--${name}: "${text}" is not a number`);
  return value;
}
