import type { RowResult } from '../run-row.ts';

/** A way to break the product that no setting allows, and the rule by which the checker must notice it. */
export interface Sabotage {
  name: string;
  /** The row that must fail. */
  row: string;
  /** One of these rules must be broken; any other alone would be the wrong reason. */
  rules: string[];
  /** File that a worker preloads. */
  preload: string;
}

const preload = (name: string) => new URL(`${name}.ts`, import.meta.url).href;

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'fence-off',
    row: 'F2',
    rules: ['end-without-attempt', 'attempt-open'],
    preload: preload('fence-off'),
  },
  { name: 'status-off', row: 'F2', rules: ['end-changed', 'double-end'], preload: preload('status-off') },
  {
    name: 'slow-masking',
    row: 'F38',
    rules: ['lease-lost-to-masking'],
    preload: preload('slow-masking'),
  },
  { name: 'sweep-off', row: 'F7', rules: ['not-ended', 'unfinished'], preload: preload('sweep-off') },
  {
    name: 'deferrals-off',
    row: 'F36',
    rules: ['late-rescue', 'not-ended', 'unfinished'],
    preload: preload('deferrals-off'),
  },
  { name: 'silence-off', row: 'F31', rules: ['replaced-late'], preload: preload('silence-off') },
];

/** @throws {Error} for an unknown name. */
export function findSabotage(name: string): Sabotage {
  const sabotage = SABOTAGES.find((candidate) => candidate.name === name);
  if (!sabotage)
    throw new Error(`unknown sabotage; known: ${SABOTAGES.map((candidate) => candidate.name).join(', ')}`);
  return sabotage;
}

/** True if the checker noticed it for the right reason. */
export function judgeSabotage(
  { name, rules }: Sabotage,
  results: readonly RowResult[],
  print: (line: string) => void,
): boolean {
  const broken = new Set(results.flatMap(({ violations }) => violations.map(({ rule }) => rule)));
  const noticed = rules.filter((rule) => broken.has(rule));
  const isNoticed = noticed.length > 0;
  if (isNoticed) print(`${name}: the checker noticed it as ${noticed.join(', ')}`);
  else
    print(
      `${name}: NOT noticed; broken were: ${[...broken].join(', ') || 'no rules'}; expected ${rules.join(' or ')}`,
    );
  print(isNoticed ? '1 passed, 0 failed' : '0 passed, 1 failed');
  return isNoticed;
}
