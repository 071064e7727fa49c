import type { Installation } from './installation.ts';

/** `warn` should be looked at; `fail` breaks a promise of the product, or is about to. */
export type Level = 'ok' | 'warn' | 'fail';

/** One line of the report. */
export interface Finding {
  level: Level;
  /** What was found: facts and figures, never a secret or a URL with one. */
  found: string;
  /** What to do about it; absent when there is nothing to do. */
  advice?: string;
}

type Store = 'mongodb' | 'redis';

/** One thing to look at. Its file's name is its name in the report; a new check is a new file. */
export interface Check {
  /** Stores it asks; while one of them is away the check of that store says so, and this one is left out. */
  needs?: readonly Store[];
  /** One finding, or one for each thing that is wrong. A throw is a failure. */
  run: (installation: Installation) => Finding | Finding[] | Promise<Finding | Finding[]>;
}

/** Declares a check: the default export of its file. */
export const defineCheck = (check: Check): Check => check;

export const ok = (found: string): Finding => ({ level: 'ok', found });
export const warn = (found: string, advice: string): Finding => ({ level: 'warn', found, advice });
export const fail = (found: string, advice: string): Finding => ({ level: 'fail', found, advice });

/** What is wrong, or, when nothing is, that it is well. */
export const unlessWrong = (wrong: Finding[], found: string): Finding[] =>
  wrong.length > 0 ? wrong : [ok(found)];
