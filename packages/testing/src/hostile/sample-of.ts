import { z } from 'zod';

/** Texts of the formats that records have; the first that fits is taken. */
const TEXTS = [
  'text',
  'a',
  '0123456789abcdef01234567',
  '0123456789abcdef',
  'somebody@example.com',
  '11111111-1111-4111-8111-111111111111',
  'null',
  'UTC',
  '0 0 * * *',
  '{}',
  '[]',
];

/** Builds a valid value of a record's schema, with every optional field, so that a new field is covered by itself. */
export function sampleOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault)
    return sampleOf(schema.unwrap() as z.ZodType);
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.ZodType>(schema.shape);
    return Object.fromEntries(fields.map(([name, field]) => [name, sampleOf(field)]));
  }
  if (schema instanceof z.ZodArray) return [sampleOf(schema.element as z.ZodType)];
  if (schema instanceof z.ZodRecord) return { one: sampleOf(schema.valueType as z.ZodType) };
  if (schema instanceof z.ZodEnum) return schema.options[0];
  const candidates = [true, 1, 1_000, new Date(), ...TEXTS];
  const value = candidates.find((candidate) => schema.safeParse(candidate).success);
  if (value === undefined) throw new Error(`no sample of ${schema.def.type}`);
  return value;
}
