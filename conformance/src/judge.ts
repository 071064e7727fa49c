import { readFile } from 'node:fs/promises';

import { parse } from 'yaml';
import { z } from 'zod';

import type { Revision, ScenarioResult } from './suite.ts';

/** Scenarios that are expected to fail, each with its reason. */
export type Baseline = ReadonlyMap<string, string>;

export type Verdict =
  | 'passed'
  | 'failed'
  | 'expected to fail'
  /** No required check ran, and the suite printed warnings. */
  | 'only warnings'
  | 'not runnable'
  | 'stale in the baseline';

export interface Judged extends ScenarioResult {
  verdict: Verdict;
  /** True if the revision requires it. */
  isScored: boolean;
  /** Reason of an expected failure. */
  reason?: string;
}

const BaselineFile = z.record(z.string(), z.string().min(1));

/** Reads a baseline; without a file no failure is expected. @throws {z.ZodError} on a line without a reason. */
export async function readBaseline(revision: Revision): Promise<Baseline> {
  const path = new URL(`../baseline-${revision}.yml`, import.meta.url);
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '{}';
    throw error;
  });
  return new Map(Object.entries(BaselineFile.parse(parse(text))));
}

export function judge(result: ScenarioResult, scored: readonly string[], baseline: Baseline): Judged {
  const reason = baseline.get(result.scenario);
  return {
    ...result,
    isScored: scored.includes(result.scenario),
    verdict: toVerdict(result, reason !== undefined),
    ...(reason === undefined ? {} : { reason }),
  };
}

function toVerdict({ passed, failed, warnings }: ScenarioResult, isExpected: boolean): Verdict {
  if (failed > 0) return isExpected ? 'expected to fail' : 'failed';
  if (isExpected) return 'stale in the baseline';
  if (passed > 0) return 'passed';
  return warnings > 0 ? 'only warnings' : 'not runnable';
}

/**
 * Problems: an unexpected failure in a required scenario or in the Tasks extension, a baseline line that passes, a
 * required scenario that did not run.
 */
export function isBad({ verdict, isScored, scenario }: Judged): boolean {
  if (verdict === 'stale in the baseline') return true;
  const isWanted = isScored || scenario.startsWith('tasks-');
  return isWanted && (verdict === 'failed' || (isScored && verdict === 'not runnable'));
}
