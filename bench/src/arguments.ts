import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Rounds of every case; figures are medians over them. */
  rounds: number;
  /** Factor for the work of a round and for the marks of the memory case. */
  scale: number;
  /** Names of cases; all cases by default. */
  only: readonly string[] | undefined;
  /** Name of the files in `docs/figures`; undefined writes none. */
  figures: string | undefined;
  /** Folder for CPU profiles of API and worker. */
  profileDir: string | undefined;
}

const FULL = { rounds: 5, scale: 1 };
const QUICK = { rounds: 3, scale: 0.2 };

/** @throws {TypeError} on an unknown option, {Error} on an invalid value. */
export function readArguments(args: string[]): BenchArguments {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      figures: { type: 'string' },
      'cpu-prof': { type: 'string' },
    },
  });
  const { rounds, scale } = values.quick ? QUICK : FULL;
  const roundCount = values.rounds === undefined ? rounds : Number(values.rounds);
  if (!Number.isInteger(roundCount) || roundCount < 1)
    throw new Error('--rounds must be a whole number of at least 1');
  const only = values.only?.split(',').filter(Boolean);
  // Figures of a partial or short run must not replace the published ones.
  const isWhole = !values.quick && only === undefined;
  return {
    rounds: roundCount,
    scale,
    only,
    figures: values.figures ?? (isWhole ? 'bench' : undefined),
    profileDir: values['cpu-prof'],
  };
}
