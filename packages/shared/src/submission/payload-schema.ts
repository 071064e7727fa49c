import { reduceSchema } from '@mcp-server/plugin-sdk/schemas';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

import { type Pointed, toPointer } from './refusal.ts';

/** Lists the problems of a payload, which is at `place` in the request; an empty list means that it is valid. */
export type PayloadCheck = (payload: unknown, place?: string) => Pointed['pointers'];

export type CompiledSchema = { kind: 'usable'; check: PayloadCheck } | { kind: 'refused'; reason: string };

/** `strict: false`: publishers may use unknown annotations. The worker checks formats. */
const OPTIONS = { strict: false, allErrors: true, validateFormats: false, logger: false } as const;

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
