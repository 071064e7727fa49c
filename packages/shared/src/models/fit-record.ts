import { z } from 'zod';

import { ExecutionStatus } from '../schemas/execution.ts';
import { toPointer } from '../submission/refusal.ts';

type Fields = Record<string, unknown>;

/** Which fields of a document were read, as dotted paths without the indices of lists. */
export interface Selection {
  has(path: string): boolean;
  /** True if a part of this field was left out, so that its schema cannot judge it as a whole. */
  isPartial(path: string): boolean;
}

const EVERYTHING: Selection = { has: () => true, isPartial: () => false };

/** A field under repair: its dotted path, and the keys of its pointer. */
interface Place {
  path: string;
  keys: PropertyKey[];
}

interface Repair {
  selection: Selection;
  /** Pointers of what did not fit. */
  unreadable: string[];
}

/**
 * Makes a stored document fit its record, in place, so that no reader meets a value of another type: what does not fit
 * is left out if the record allows that, and replaced by a plain value if not. Returns the pointers of these fields; an
 * empty list means that everything fits. Texts and lists that are only too long are cut.
 */
export function fitRecord(record: z.ZodObject, document: Fields, selection = EVERYTHING): string[] {
  const repair: Repair = { selection, unreadable: [] };
  fitFields(record, document, { path: '', keys: [] }, repair);
  return repair.unreadable;
}

function fitFields(schema: z.ZodObject, fields: Fields, place: Place, repair: Repair): void {
  for (const [name, field] of Object.entries<z.ZodType>(schema.shape)) {
    const path = place.path === '' ? name : `${place.path}.${name}`;
    fitField(field, fields, name, { path, keys: [...place.keys, name] }, repair);
  }
  if (schema.def.catchall instanceof z.ZodNever) dropUnknown(schema, fields, place, repair);
}

/** A strict object is shown as it is, so that what it does not know breaks its view. */
function dropUnknown(schema: z.ZodObject, fields: Fields, place: Place, { unreadable }: Repair): void {
  for (const name of Object.keys(fields)) {
    if (name in schema.shape) continue;
    delete fields[name];
    unreadable.push(toPointer(...place.keys, name));
  }
}

function fitField(schema: z.ZodType, parent: Fields, name: string, place: Place, repair: Repair): void {
  const { selection, unreadable } = repair;
  if (!selection.has(place.path)) return;
  const value = parent[name];
  const isPartial = selection.isPartial(place.path);
  if (!isPartial && fits(schema, value)) return;
  const fitted = fitValue(bareOf(schema), value, place, repair);
  if (fitted !== undefined) {
    parent[name] = fitted;
    return;
  }
  const fallback = fallbackOf(schema);
  if (fallback === undefined) delete parent[name];
  else parent[name] = fallback;
  // The driver stores undefined as null, and older releases left fields out: neither is a fault.
  if ((value ?? undefined) !== undefined || isRequired(schema)) unreadable.push(toPointer(...place.keys));
}

/** Fits the parts of a value; undefined if the value as a whole has another type. */
function fitValue(schema: z.ZodType, value: unknown, place: Place, repair: Repair): unknown {
  if (schema instanceof z.ZodObject && isFields(value)) {
    fitFields(schema, value, place, repair);
    return value;
  }
  if (schema instanceof z.ZodArray && Array.isArray(value)) return fitList(schema, value, place, repair);
  const cut = cutText(schema, value);
  if (cut !== undefined) {
    repair.unreadable.push(toPointer(...place.keys));
    return cut;
  }
  if (schema instanceof z.ZodRecord && isFields(value)) {
    for (const [key, item] of Object.entries(value)) {
      const within = { ...place, keys: [...place.keys, key] };
      const fitted = fitItem(schema.valueType as z.ZodType, item, within, repair);
      if (fitted === undefined) delete value[key];
      else value[key] = fitted;
    }
    return value;
  }
  return undefined;
}

function fitList(schema: z.ZodArray, list: unknown[], place: Place, repair: Repair): unknown[] {
  const fitted = list
    .map((item, index) =>
      fitItem(schema.element as z.ZodType, item, { ...place, keys: [...place.keys, index] }, repair),
    )
    .filter((item) => item !== undefined);
  const [issue] = schema.safeParse(fitted).error?.issues ?? [];
  if (issue?.code !== 'too_big' || issue.path.length > 0) return fitted;
  repair.unreadable.push(toPointer(...place.keys));
  return fitted.slice(0, Number(issue.maximum));
}

/** Undefined for an element that cannot be kept. */
function fitItem(schema: z.ZodType, item: unknown, place: Place, repair: Repair): unknown {
  if (!repair.selection.isPartial(place.path) && fits(schema, item)) return item;
  const fitted = fitValue(bareOf(schema), item, place, repair);
  if (fitted === undefined) repair.unreadable.push(toPointer(...place.keys));
  return fitted;
}

/** By encoding, as responses are written: a missing field with a default is a fault there. */
const fits = (schema: z.ZodType, value: unknown): boolean => z.safeEncode(schema, value).success;

/** The part of a text that its schema allows; undefined if its length is not all that is wrong. */
function cutText(schema: z.ZodType, value: unknown): string | undefined {
  const [issue, ...others] = schema.safeParse(value).error?.issues ?? [];
  if (typeof value !== 'string' || issue?.code !== 'too_big' || others.length > 0) return undefined;
  const cut = value.slice(0, Number(issue.maximum));
  return fits(schema, cut) ? cut : undefined;
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

const bareOf = (schema: z.ZodType): z.ZodType =>
  schema instanceof z.ZodOptional || schema instanceof z.ZodDefault
    ? bareOf(schema.unwrap() as z.ZodType)
    : schema;

const isRequired = (schema: z.ZodType): boolean =>
  !(schema instanceof z.ZodOptional || schema instanceof z.ZodDefault);

const NO_UUID = '00000000-0000-0000-0000-000000000000';
/** Plain values of the formats that records have; the first that fits is taken. */
const PLAIN = ['', 'unknown', 0, 1, false, '0'.repeat(24), NO_UUID, 'null', '{}', 'unknown@invalid.invalid'];

/** A value that the schema accepts, for a field that must be there; undefined for one that may be missing. */
function fallbackOf(schema: z.ZodType): unknown {
  if (schema instanceof z.ZodOptional) return undefined;
  if (schema instanceof z.ZodDefault) return structuredClone(schema.def.defaultValue);
  // No worker takes an execution of an unknown status, so it must not look unfinished.
  if (schema === ExecutionStatus) return 'failed';
  if (schema instanceof z.ZodEnum) return schema.options[0];
  if (schema instanceof z.ZodArray) return [];
  if (schema instanceof z.ZodRecord) return {};
  if (schema instanceof z.ZodDate) return new Date(0);
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.ZodType>(schema.shape);
    const plain = fields.map(([name, field]) => [name, fallbackOf(field)] as const);
    return Object.fromEntries(plain.filter(([, value]) => value !== undefined));
  }
  return PLAIN.find((value) => schema.safeParse(value).success);
}
