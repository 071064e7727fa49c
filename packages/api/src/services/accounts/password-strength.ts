import type { ZxcvbnFactory } from '@zxcvbn-ts/core';

/** Lowest accepted score on zxcvbn's scale of 0 to 4; 0 means that 1,000 guesses find the password. */
const LOWEST_SCORE = 1;
/** Only this many characters are scored: 72 took 90 ms. */
const MAX_CHARACTERS = 32;
/** Combinations of substitutions such as `$` for `s`. With the default of 100 a chosen text took 300 ms, with 2 42 ms. */
const MAX_SUBSTITUTIONS = 2;

/** Whether a password is easy to guess. */
export type StrengthCheck = (password: string) => Promise<boolean>;

/** Builds a check that loads its dictionaries on first use (0.1 s, 6 MB). */
export function buildStrengthCheck(): StrengthCheck {
  let estimator: Promise<ZxcvbnFactory> | undefined;
  return async (password) => {
    estimator ??= loadEstimator();
    const { score } = (await estimator).check(password.slice(0, MAX_CHARACTERS));
    return score < LOWEST_SCORE;
  };
}

async function loadEstimator(): Promise<ZxcvbnFactory> {
  const [{ ZxcvbnFactory }, { dictionary, adjacencyGraphs }] = await Promise.all([
    import('@zxcvbn-ts/core'),
    import('@zxcvbn-ts/language-common'),
  ]);
  return new ZxcvbnFactory({
    dictionary,
    graphs: adjacencyGraphs,
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
  });
}
