/** Deeper values could not be walked safely by everything that reads them later. */
const MAX_DEPTH = 64;

/** Types that JSON turns into `{}` or into something that no reader expects. */
const LOSSY = [Map, Set, WeakMap, WeakSet, Promise, RegExp, Error, ArrayBuffer];

/**
 * Finds what JSON cannot hold, with its JSON pointer, such as `/items/0 is a Map`; undefined if nothing. Objects with
 * `toJSON`, such as dates, count as what that returns, and undefined properties as absent.
 */
export function findJsonProblem(value: unknown): string | undefined {
  return findProblem(value, '', []);
}

function findProblem(value: unknown, path: string, ancestors: readonly object[]): string | undefined {
  const place = path === '' ? 'The value' : path;
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return undefined;
    case 'number':
      return Number.isFinite(value) ? undefined : `${place} is ${value}`;
    case 'object':
      return value === null ? undefined : findObjectProblem(value, path, ancestors);
    default:
      return `${place} is a ${typeof value}`;
  }
}

function findObjectProblem(value: object, path: string, ancestors: readonly object[]): string | undefined {
  const place = path === '' ? 'The value' : path;
  if (ancestors.includes(value)) return `${place} contains itself`;
  if (ancestors.length >= MAX_DEPTH) return `The value is nested deeper than ${MAX_DEPTH} levels`;
  const within = [...ancestors, value];
  if (ArrayBuffer.isView(value)) return `${place} is binary data`;
  const lossy = LOSSY.find((type) => value instanceof type);
  if (lossy) return `${place} is a ${lossy.name}`;
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return findProblem((value.toJSON as () => unknown)(), path, within);
  for (const [key, child] of Object.entries(value)) {
    const problem = findProblem(child, `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, within);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
