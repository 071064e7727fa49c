import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

import { type Pointed, toPointer } from './refusal.ts';

/** Schemas come from workers; these limits keep one bad schema from slowing down every request. */
const MAX_BYTES = 64 * 1_024;
const MAX_DEPTH = 16;
const MAX_PROPERTIES = 500;

/** Lists the problems of a payload, which is at `place` in the request; an empty list means that it is valid. */
export type PayloadCheck = (payload: unknown, place?: string) => Pointed['pointers'];

export type CompiledSchema = { kind: 'usable'; check: PayloadCheck } | { kind: 'refused'; reason: string };

/** `strict: false`: publishers may use unknown annotations. The worker checks formats. */
const OPTIONS = { strict: false, validateFormats: false, logger: false } as const;

/** Has the schema of schemas compiled, which takes 20 ms. */
const metaAjv = new Ajv2020(OPTIONS);

/**
 * Compiles a schema in its own instance, because an instance keeps every schema it compiled. @throws {Error} if the
 * schema is invalid.
 */
function compile(schema: Record<string, unknown> | boolean): ValidateFunction {
  void metaAjv.validateSchema(schema, true);
  return new Ajv2020({ ...OPTIONS, meta: false, validateSchema: false }).compile(schema);
}

/** Checks and compiles a published JSON Schema; a refused one has a reason. */
export function compilePayloadSchema(text: string): CompiledSchema {
  try {
    const schema = reduceSchema(text);
    const validate = compile(schema);
    // A schema that only refers to itself overflows the stack here, not on the first payload.
    validate({});
    return {
      kind: 'usable',
      check: (payload, place = '/payload') => (validate(payload) ? [] : toPointers(validate, place)),
    };
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Error ? error.message : 'not a schema' };
  }
}

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

/** Parses a schema and drops the keywords that must not run here. @throws {Error} that names the broken limit. */
function reduceSchema(text: string): Record<string, unknown> | boolean {
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

/**
 * Converts ajv's errors to pointers. ajv names a missing or surplus property beside the path; a caller needs the path
 * of the property itself.
 */
function toPointers({ errors }: ValidateFunction, place: string): Pointed['pointers'] {
  return (errors ?? []).map((error) => ({
    pointer: `${place}${error.instancePath}${propertyOf(error)}`,
    detail: error.message ?? 'does not match',
  }));
}

function propertyOf({ params }: ErrorObject): string {
  const name: unknown = params.missingProperty ?? params.additionalProperty ?? params.unevaluatedProperty;
  return typeof name === 'string' ? toPointer(name) : '';
}
