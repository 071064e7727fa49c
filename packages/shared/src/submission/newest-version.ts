import { parse, rcompare } from 'semver';

/** Orders versions, newest first, by the precedence of SemVer; texts that are not SemVer, such as `1.9`, come last. */
export function newestVersionFirst(one: string, other: string): number {
  const [a, b] = [parse(one), parse(other)];
  return a && b ? rcompare(a, b) : Number(!a) - Number(!b);
}
