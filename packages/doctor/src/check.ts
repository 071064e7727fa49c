import type { Installation } from './installation.ts';

/** `warn`: worth a look; `fail`: breaks a guarantee of the product, or will soon. */
export type Level = 'ok' | 'warn' | 'fail';

/** One line of the report. */
export interface Finding {
  level: Level;
  /** Facts and figures; never a secret or a URL with one. */
  found: string;
  /** How to fix it; absent if there is nothing to do. */
  advice?: string;
}

type Store = 'mongodb' | 'redis';

/** One check. Its file name is its name in the report; a new check is a new file. */
export interface Check {
  /** Stores that it reads. While one is down, the check of that store reports it and this one is skipped. */
  needs?: readonly Store[];
  /** Returns one finding, or one per problem. A throw is a failure. */
  run: (installation: Installation) => Finding | Finding[] | Promise<Finding | Finding[]>;
}

/** Declares a check, as the default export of its file. */
export const defineCheck = (check: Check): Check => check;

export const ok = (found: string): Finding => ({ level: 'ok', found });
export const warn = (found: string, advice: string): Finding => ({ level: 'warn', found, advice });
export const fail = (found: string, advice: string): Finding => ({ level: 'fail', found, advice });

/** Returns the problems, or an `ok` finding if there are none. */
export const problemsOr = (wrong: Finding[], found: string): Finding[] =>
  wrong.length > 0 ? wrong : [ok(found)];
