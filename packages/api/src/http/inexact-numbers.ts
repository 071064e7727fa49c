import { toPointer } from '@mcp-server/shared';

/** Sixteen digits, or a three-digit exponent: shorter numbers are exact enough. */
const SUSPICIOUS = /\d{16}|[eE]\+?\d{3}/;
const INTEGER = /^-?\d+$/;

const INEXACT = Symbol('a number that lost digits');

/** JSON pointers of the numbers in a JSON text that JavaScript rounds (integers beyond 2^53 - 1) or cannot hold. */
export function findInexactNumbers(text: string): string[] {
  if (!SUSPICIOUS.test(text)) return [];
  const tree: unknown = JSON.parse(text, function mark(_key, value, context?: { source: string }) {
    if (typeof value !== 'number') return value as unknown;
    const isInteger = INTEGER.test(context?.source ?? '');
    return Number.isFinite(value) && (!isInteger || Number.isSafeInteger(value)) ? value : INEXACT;
  } as Parameters<typeof JSON.parse>[1]);
  return pathsTo(tree, []).map((path) => toPointer(...path));
}

function pathsTo(value: unknown, path: string[]): string[][] {
  if (value === INEXACT) return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => pathsTo(child, [...path, key]));
}
