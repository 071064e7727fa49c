import { randomUUID } from 'node:crypto';

import { type Models, RECORDS } from '@mcp-server/shared';
import { z } from 'zod';

import { hostileValues, MISSING } from './hostile-values.ts';
import { sampleOf } from './sample-of.ts';

type Json = Record<string, unknown>;

/** A stored document with one hostile field. */
export interface HostileDocument {
  /** Dotted path of the field and the name of its value. */
  name: string;
  document: Json;
}

/** Fields of every collection that its unique indexes or its readers need to differ. */
const unique = (): Json => ({ idempotencyKey: randomUUID(), hash: randomUUID() });

/** Lists the dotted paths of a record; lists and maps count as their first element. */
function pathsOf(schema: z.ZodType, prefix = ''): string[] {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return pathsOf(schema.unwrap() as z.ZodType, prefix);
  if (schema instanceof z.ZodArray) return pathsOf(schema.element as z.ZodType, `${prefix}0.`);
  if (schema instanceof z.ZodRecord) return pathsOf(schema.valueType as z.ZodType, `${prefix}one.`);
  if (!(schema instanceof z.ZodObject)) return [];
  const paths: string[] = [];
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape))
    paths.push(prefix + name, ...pathsOf(field, `${prefix}${name}.`));
  return paths;
}

function setAt(target: unknown, [key = '', ...rest]: string[], value: unknown): void {
  const parent = target as Json | undefined;
  if (!parent) return;
  if (rest.length > 0) setAt(parent[key], rest, value);
  else if (value === MISSING) delete parent[key];
  else parent[key] = value;
}

/** A valid document of a model; `changes` override its fields. */
export function sampleDocument(model: string, changes: Json = {}): Json {
  const [record] = RECORDS[model] ?? [];
  if (!record) throw new Error(`no model ${model}`);
  const sample = sampleOf(record) as Json;
  const own = unique();
  for (const name of Object.keys(own)) if (name in sample) sample[name] = own[name];
  return { ...sample, ...changes };
}

/**
 * Builds a document for each field of a model (from its schema, so that a new field is covered) and each hostile value.
 * `build` gives the valid document to spoil.
 */
export function hostileDocuments(models: Models, model: string, build: () => Json): HostileDocument[] {
  const [record] = RECORDS[model] ?? [];
  if (!record) throw new Error(`no model ${model}`);
  return Object.entries(hostileValues(models)).flatMap(([valueName, value]) =>
    pathsOf(record)
      .filter((path) => path !== '_id')
      .map((path) => {
        const document = structuredClone(build());
        setAt(document, path.split('.'), value);
        return { name: `${path}: ${valueName}`, document };
      }),
  );
}

/** Builds a document of a model for each hostile value of `_id`. */
export function documentsWithHostileIds(models: Models, build: () => Json): HostileDocument[] {
  return Object.entries(hostileValues(models)).map(([valueName, value]) => {
    const document = build();
    setAt(document, ['_id'], value);
    return { name: `_id: ${valueName}`, document };
  });
}
