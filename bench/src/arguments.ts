import { parseArgs } from 'node:util';

export interface BenchArguments {
  /** Rounds of every case; figures are medians over them. */
  rounds: number;
  /** Multiplies how much is done in a round, and the marks of memory. */
  scale: number;
  /** Names of cases; all without it. */
  only: readonly string[] | undefined;
  /** Name of the files in `docs/figures`; nothing is written without it. */
  figures: string | undefined;
  /** A folder for CPU profiles of API and worker. */
  profileDir: string | undefined;
}

const FULL = { rounds: 5, scale: 1 };
const QUICK = { rounds: 3, scale: 0.2 };

/** @throws {TypeError} for an option that is not known, {Error} for a value that is none. */
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
  const asked = values.rounds === undefined ? rounds : Number(values.rounds);
  if (!Number.isInteger(asked) || asked < 1) throw new Error('--rounds takes a whole number from 1 on');
  const only = values.only?.split(',').filter(Boolean);
  // Figures of a part, or of a short run, must not replace those that are shown.
  const isWhole = !values.quick && only === undefined;
  return {
    rounds: asked,
    scale,
    only,
    figures: values.figures ?? (isWhole ? 'bench' : undefined),
    profileDir: values['cpu-prof'],
  };
}
