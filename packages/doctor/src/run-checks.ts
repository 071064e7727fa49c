import { withTimeout } from '@mcp-server/shared';

import { type Check, fail, type Finding } from './check.ts';
import type { Installation } from './installation.ts';

/** A line of the report: a finding and the check that made it. */
export interface Line extends Finding {
  check: string;
}

const CHECK_TIMEOUT_MS = 20_000;

/** Runs all checks at once; one that fails or takes too long does not affect the others. */
export async function runChecks(
  checks: ReadonlyMap<string, Check>,
  installation: Installation,
): Promise<Line[]> {
  const runnable = [...checks].filter(([, { needs = [] }]) =>
    needs.every((store) => installation.isUp[store]),
  );
  const lines = await Promise.all(
    runnable.map(async ([name, check]) => {
      const findings = await runInTime(check, installation).catch((error: unknown) =>
        fail(`the check itself failed: ${describe(error)}`, 'check whether MongoDB and Redis are overloaded'),
      );
      return [findings].flat().map((finding) => toLine(name, finding));
    }),
  );
  return lines.flat();
}

const toLine = (check: string, { level, found, advice }: Finding): Line =>
  advice === undefined ? { check, level, found } : { check, level, found, advice };

/** Name and code only: driver messages may quote a URL with its password. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.name : `${error.name} ${code}`;
}

/** @throws {Error} what the check throws, or that it took too long */
async function runInTime({ run }: Check, installation: Installation): Promise<Finding | Finding[]> {
  const findings = await withTimeout(
    Promise.resolve().then(() => run(installation)),
    CHECK_TIMEOUT_MS,
  );
  if (findings === undefined) throw new Error('no result in time');
  return findings;
}
