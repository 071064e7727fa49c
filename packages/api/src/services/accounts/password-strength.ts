import type { OptionsType, ZxcvbnFactory } from '@zxcvbn-ts/core';

import { STRENGTH_TEXTS } from './strength-texts.ts';

/** Only this many characters are scored: 72 took 90 ms. */
const MAX_CHARACTERS = 32;
/** Combinations of substitutions such as `$` for `s`. With the default of 100 a chosen text took 300 ms, with 2 42 ms. */
const MAX_SUBSTITUTIONS = 2;

export interface StrengthQuery {
  password: string;
  /** Lowest accepted score on zxcvbn's scale of 0 to 4; 0 means that 1,000 guesses find the password. */
  lowestScore: number;
  /** Texts that an attacker knows, such as the name of the account. */
  known: readonly string[];
}

/** Why a password is easy to guess; undefined if it is not. */
export type StrengthCheck = (query: StrengthQuery) => Promise<string[] | undefined>;

/** Builds a check that loads its dictionaries on first use (0.1 s, 6 MB). */
export function buildStrengthCheck(): StrengthCheck {
  let estimator: Promise<ZxcvbnFactory> | undefined;
  return async ({ password, lowestScore, known }) => {
    if (lowestScore <= 0) return undefined;
    estimator ??= loadEstimator();
    const texts = known.map((text) => text.slice(0, MAX_CHARACTERS));
    const { score, feedback } = (await estimator).check(password.slice(0, MAX_CHARACTERS), texts);
    if (score >= lowestScore) return undefined;
    return [feedback.warning ?? '', ...feedback.suggestions].filter((text) => text !== '');
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
    translations: STRENGTH_TEXTS satisfies OptionsType['translations'],
    l33tMaxSubstitutions: MAX_SUBSTITUTIONS,
  });
}
