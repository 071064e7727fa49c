import type { Types } from 'mongoose';

/** A record as read back, with MongoDB's `_id` as text under `id`. */
export type Stored<T> = T & { id: string };

/** Turns a lean document into a stored record. */
export function toStored<T extends { _id: Types.ObjectId }>(document: T): Stored<Omit<T, '_id'>> {
  const { _id, ...record } = document;
  return { ...record, id: _id.toHexString() };
}
