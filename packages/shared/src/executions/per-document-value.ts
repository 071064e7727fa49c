import { literal } from './db-time.ts';

/**
 * In a pipeline over several documents, the value that belongs to the document at hand; `values` are in the order of
 * `ids`. The filter must let no other ids through.
 */
export const perDocumentValue = (ids: readonly string[], values: readonly unknown[]) => ({
  $arrayElemAt: [literal(values), { $indexOfArray: [literal(ids), '$_id'] }],
});
