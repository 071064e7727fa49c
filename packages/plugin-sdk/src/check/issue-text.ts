import type { z } from 'zod';

/** Longer texts are not repeated in a problem. */
const MAX_QUOTED = 80;

/** Describes each issue that zod found in `value` with its place and rule: `title: is missing`. */
export function issueTexts(error: z.ZodError, value: unknown): string[] {
  return error.issues.map((issue) => {
    const place = issue.path.map(String).join('.');
    const rule = ruleText(issue, valueAt(value, issue.path));
    return place === '' ? rule : `${place}: ${rule}`;
  });
}

function ruleText(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined && issue.code !== 'custom') return 'is missing';
  if (issue.code === 'too_big' && typeof value === 'string')
    return `has ${value.length} characters; at most ${String(issue.maximum)}`;
  // The schemas of plugins word their own rules as "must …".
  const isOwnRule = issue.message.startsWith('must ');
  if (isOwnRule && typeof value === 'string' && value.length <= MAX_QUOTED)
    return `"${value}" ${issue.message}`;
  return isOwnRule ? issue.message : `${issue.message}${shortValue(value)}`;
}

const shortValue = (value: unknown) =>
  typeof value === 'number' || typeof value === 'boolean' ? `, but it is ${value}` : '';

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<PropertyKey, unknown>)[key];
  }
  return at;
}
