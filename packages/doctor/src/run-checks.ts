import { type Check, fail, type Finding } from './check.ts';
import type { Installation } from './installation.ts';

/** A line of the report: a finding and the check that made it. */
export interface Line extends Finding {
  check: string;
}

const PATIENCE_MS = 20_000;

/** Lets every check look, all at once; one that fails or takes too long does not keep the others. */
export async function runChecks(checks: ReadonlyMap<string, Check>, patient: Installation): Promise<Line[]> {
  const able = [...checks].filter(([, { needs = [] }]) => needs.every((store) => patient.isUp[store]));
  const found = await Promise.all(
    able.map(async ([check, { run: look }]) => {
      const findings = await withinPatience(async () => look(patient)).catch((error: unknown) =>
        fail(`the check itself failed: ${describe(error)}`, 'check whether MongoDB and Redis are overloaded'),
      );
      return [findings].flat().map((finding) => toLine(check, finding));
    }),
  );
  return found.flat();
}

const toLine = (check: string, { level, found, advice }: Finding): Line =>
  advice === undefined ? { check, level, found } : { check, level, found, advice };

/** Names and codes only: messages of drivers may quote a URL with its password. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  const { code } = error as NodeJS.ErrnoException;
  return code === undefined ? error.name : `${error.name} ${code}`;
}

async function withinPatience<T>(look: () => Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error('no answer in time')), PATIENCE_MS);
  try {
    return await Promise.race([look(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
