import { type Model, Query, type Schema, Types } from 'mongoose';
import type { z } from 'zod';

import { fitRecord, type Selection } from './fit-record.ts';
import { RECORDS } from './records.ts';

type Fields = Record<string, unknown>;

/** Name of the event that a connection emits when a document did not fit its record. */
const UNREADABLE_EVENT = 'unreadable-record';

/** Id in place of a value of another type. */
const NO_ID = '0'.repeat(24);

/** On a document that did not fit. A symbol, so that it never reaches the database, Redis or a log. */
const UNREADABLE = Symbol('unreadable');

/** A document that was read and did not fit its record. `pointers` name the fields, by their stored names. */
export interface UnreadableRecord {
  model: string;
  id: string;
  pointers: readonly string[];
}

/** Calls `onUnreadable` for each document, read over the connection of these models, that does not fit its record. */
export function watchUnreadable(
  { db }: Pick<Model<unknown>, 'db'>,
  onUnreadable: (record: UnreadableRecord) => void,
): void {
  db.on(UNREADABLE_EVENT, onUnreadable);
}

/** Part of a response: pointers of the stored fields that did not fit, if there are any. */
export function unreadableOf(record: object): { unreadable?: string[] } {
  const pointers = (record as { [UNREADABLE]?: string[] })[UNREADABLE];
  return pointers ? { unreadable: [...pointers] } : {};
}

/** True if the record was read without this field, because its stored value did not fit. */
export const lacks = (record: object, field: string): boolean =>
  (unreadableOf(record).unreadable ?? []).some((pointer) => pointer.split('/')[1] === field);

/**
 * Makes documents that were read without mongoose, or by an aggregation, fit their record. One broken document then
 * breaks no list: see fitRecord.
 */
export function makeReadable<T extends object>(
  model: Pick<Model<unknown>, 'modelName' | 'db'>,
  documents: readonly T[],
  projection?: Fields,
): readonly T[] {
  const [record] = RECORDS[model.modelName] ?? [];
  const selection = projection && selectionOf(projection);
  if (record) for (const document of documents) fitDocument(model, record, document as Fields, selection);
  return documents;
}

function fitDocument(
  { modelName, db }: Pick<Model<unknown>, 'modelName' | 'db'>,
  record: z.ZodObject,
  document: Fields,
  selection: Selection | undefined,
): void {
  const id = String(document['_id']);
  const pointers = fitRecord(record, document, selection);
  if (!('_id' in record.shape) && '_id' in document && !(document['_id'] instanceof Types.ObjectId)) {
    document['_id'] = new Types.ObjectId(NO_ID);
    pointers.push('/_id');
  }
  if (pointers.length === 0) return;
  Object.assign(document, { [UNREADABLE]: pointers });
  db.emit(UNREADABLE_EVENT, { model: modelName, id, pointers } satisfies UnreadableRecord);
}

/** Makes what every mongoose query of a schema reads fit its record. */
export function readTolerantly(schema: Schema): void {
  schema.post(['find', 'findOne', 'findOneAndUpdate'], function fitResult(result: unknown) {
    if (!(this instanceof Query) || this.mongooseOptions().lean === undefined) return;
    const documents = [result].flat().filter((one) => typeof one === 'object' && one !== null);
    const projection = (this.getOptions().projection ?? this.projection() ?? undefined) as Fields | undefined;
    makeReadable(this.model, documents, projection);
  });
}

/** Reads a projection: `{field: 1}` selects, `{field: 0}` leaves out. */
function selectionOf(projection: Fields): Selection | undefined {
  const named = Object.entries(projection).filter(([path]) => path !== '_id');
  const paths = named.map(([path]) => path);
  const isWithin = (path: string, outer: string) => path === outer || path.startsWith(`${outer}.`);
  const isPartial = (path: string) => paths.some((other) => other.startsWith(`${path}.`));
  if (paths.length === 0)
    return projection['_id'] ? { has: (path) => path === '_id', isPartial: () => false } : undefined;
  if (!named[0]?.[1]) return { has: (path) => !paths.some((other) => isWithin(path, other)), isPartial };
  return {
    has: (path) =>
      path === '_id'
        ? projection['_id'] !== 0
        : isPartial(path) || paths.some((other) => isWithin(path, other)),
    isPartial,
  };
}
