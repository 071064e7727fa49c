import type { z } from 'zod';

/** EX_CONFIG of sysexits.h: the environment is wrong, and starting again will not help. */
export const EXIT_CONFIG = 78;

/** An unusable environment; `message` names every problem, never a value. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads and checks the environment. Empty variables count as unset.
 * @throws {ConfigError} that lists every problem at once.
 */
export function loadConfig<T extends z.ZodType>(schema: T, env: NodeJS.ProcessEnv): Readonly<z.infer<T>> {
  const values = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = schema.safeParse(values, { reportInput: false });
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map(
    (issue) => `  ${issue.path.join('.') || 'environment'}: ${issue.message}`,
  );
  throw new ConfigError(`The environment is not usable:\n${problems.join('\n')}`);
}
