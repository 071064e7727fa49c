import type { Schema } from 'mongoose';
import t from 'tap';
import { z } from 'zod';

import { RECORDS } from './records.ts';

/** Lists the dotted paths of a zod object; arrays and records of objects count as the object. */
function zodPaths(schema: z.ZodType, prefix = ''): Map<string, z.ZodType> {
  const paths = new Map<string, z.ZodType>();
  const bare = unwrap(schema);
  if (!(bare instanceof z.ZodObject)) return paths;
  for (const [key, field] of Object.entries<z.ZodType>(bare.shape)) {
    paths.set(prefix + key, field);
    for (const [path, inner] of zodPaths(field, `${prefix}${key}.`)) paths.set(path, inner);
  }
  return paths;
}

function unwrap(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return unwrap(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodArray) return unwrap(schema.element as z.ZodType);
  if (schema instanceof z.ZodRecord) return unwrap(schema.valueType as z.ZodType);
  return schema;
}

interface MongoosePath {
  instance: string;
  enumValues?: string[];
  options: { enum?: string[] };
  schema?: Schema;
  $__schemaType?: MongoosePath;
}

function mongoosePaths(schema: Schema, prefix = ''): Map<string, MongoosePath> {
  const paths = new Map<string, MongoosePath>();
  schema.eachPath((name, type) => {
    const path = type as unknown as MongoosePath;
    if (name.endsWith('.$*')) return;
    paths.set(prefix + name, path);
    const inner = path.schema ?? path.$__schemaType?.schema;
    if (inner) for (const [key, value] of mongoosePaths(inner, `${prefix}${name}.`)) paths.set(key, value);
  });
  return paths;
}

for (const [name, [record, schema]] of Object.entries(RECORDS)) {
  t.test(`${name}: the mongoose schema and the zod record have the same fields`, async (t) => {
    const expected = [...zodPaths(record).keys()].filter((path) => path !== '_id').sort();

    const actual = [...mongoosePaths(schema).keys()].filter((path) => path !== '_id').sort();

    t.same(actual, expected);
  });

  t.test(`${name}: enums allow the same values`, async (t) => {
    const paths = mongoosePaths(schema);

    for (const [path, field] of zodPaths(record)) {
      const bare = unwrap(field);
      if (!(bare instanceof z.ZodEnum)) continue;
      const type = paths.get(path);
      t.same([...(type?.options.enum ?? [])].sort(), bare.options.map(String).sort(), path);
    }
  });
}
