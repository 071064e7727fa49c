const NUMBERS = /^(\d+)\.(\d+)\.(\d+)(?:-([\w.-]+))?/;

/** Orders semantic versions, newest first; a pre-release is older than its release. Other texts come last. */
export function newestVersionFirst(one: string, other: string): number {
  const a = NUMBERS.exec(one);
  const b = NUMBERS.exec(other);
  if (!a || !b) return Number(!a) - Number(!b);
  for (const part of [1, 2, 3]) {
    const difference = Number(b[part]) - Number(a[part]);
    if (difference !== 0) return difference;
  }
  const [preA, preB] = [a[4], b[4]];
  if (preA === undefined || preB === undefined)
    return Number(preA !== undefined) - Number(preB !== undefined);
  return preB.localeCompare(preA, 'en', { numeric: true });
}
