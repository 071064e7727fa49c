/** Schemas come from workers; these limits keep one bad schema from slowing down every request. */
const MAX_BYTES = 64 * 1_024;
const MAX_DEPTH = 16;
const MAX_PROPERTIES = 500;

/** Keywords whose value is a schema, a list of schemas, or a map of schemas. All others are plain data. */
const ONE = new Set([
  'additionalProperties',
  'contains',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const LIST = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const NAMED = new Set(['$defs', 'definitions', 'dependentSchemas', 'properties']);
/**
 * Regular expressions and pairwise comparisons let a short payload cost minutes (`^(a+)+$`: 34 s for 30 characters);
 * ids and dialects would let one schema change the meaning of another. The worker's own schema still checks.
 */
const DROPPED = new Set([
  'pattern',
  'patternProperties',
  'uniqueItems',
  '$id',
  '$schema',
  '$anchor',
  '$dynamicAnchor',
]);

/**
 * Parses a published JSON Schema and drops the keywords that must not run in the API. Workers call it too, so that a plugin with
 * a schema beyond the limits is reported where it is loaded. @throws {Error} that names the broken limit.
 */
export function reduceSchema(text: string): Record<string, unknown> | boolean {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES} bytes`);
  let properties = 0;

  const reduceNamed = (named: object, depth: number) => {
    const entries = Object.entries(named);
    properties += entries.length;
    if (properties > MAX_PROPERTIES) throw new Error(`more than ${MAX_PROPERTIES} properties`);
    return Object.fromEntries(entries.map(([name, schema]) => [name, reduce(schema, depth)]));
  };

  const reduceKeyword = (keyword: string, value: unknown, depth: number): unknown => {
    if (keyword === '$ref' || keyword === '$dynamicRef') {
      if (typeof value !== 'string' || !value.startsWith('#'))
        throw new Error('a reference that is not local');
      return value;
    }
    if (ONE.has(keyword)) return reduce(value, depth);
    if (LIST.has(keyword) && Array.isArray(value)) return value.map((schema) => reduce(schema, depth));
    if (NAMED.has(keyword) && typeof value === 'object' && value !== null) return reduceNamed(value, depth);
    return value;
  };

  const reduce = (schema: unknown, depth: number): unknown => {
    if (depth > MAX_DEPTH) throw new Error(`deeper than ${MAX_DEPTH} levels`);
    if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return schema;
    return Object.fromEntries(
      Object.entries(schema)
        .filter(([keyword]) => !DROPPED.has(keyword))
        .map(([keyword, value]) => [keyword, reduceKeyword(keyword, value, depth + 1)]),
    );
  };

  return reduce(JSON.parse(text), 0) as Record<string, unknown> | boolean;
}
