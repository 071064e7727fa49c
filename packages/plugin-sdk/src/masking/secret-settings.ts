import { z } from 'zod';

import type { KnownSecrets } from './known-secrets.ts';

/** Schemas nest deeper only by mistake. */
const MAX_DEPTH = 16;

/**
 * Marks a setting as secret: workers mask its value wherever it appears. Without an argument it is a text.
 * `.meta({ secret: true })` does the same; JSON Schema calls it `writeOnly`.
 */
export function secret(): z.ZodString;
export function secret<S extends z.ZodType>(schema: S): S;
export function secret(schema: z.ZodType = z.string()): z.ZodType {
  return schema.meta({ ...schema.meta(), secret: true, writeOnly: true });
}

/**
 * Adds the values of secret settings to the known secrets: the given texts, and every text in the parsed values, which also
 * covers defaults.
 */
export function addSecretSettings(
  secrets: KnownSecrets,
  settings: z.ZodObject,
  values: { given: Readonly<Record<string, unknown>>; parsed: Readonly<Record<string, unknown>> },
): void {
  for (const [field, schema] of Object.entries(settings.shape))
    if (isSecret(schema))
      for (const value of [values.given[field], values.parsed[field]])
        for (const text of textsIn(value)) secrets.add(text);
}

/** True if the schema, or a part of it, is marked. Reads the definitions themselves, so that any copy of zod will do. */
function isSecret(schema: unknown, depth = 0): boolean {
  if (typeof schema !== 'object' || schema === null || depth > MAX_DEPTH) return false;
  if (!('_zod' in schema)) return Object.values(schema).some((part) => isSecret(part, depth + 1));
  const marks = 'meta' in schema ? (schema as z.ZodType).meta() : undefined;
  return (
    marks?.['secret'] === true ||
    marks?.['writeOnly'] === true ||
    isSecret({ ...(schema as z.ZodType)._zod.def }, depth + 1)
  );
}

function textsIn(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'bigint') return [value.toString()];
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return [];
  return Object.values(value).flatMap((part) => textsIn(part, depth + 1));
}
