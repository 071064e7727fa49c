import { literal } from './db-time.ts';

/**
 * Expression for the value of the current document in an update of several; `values` are in the order of `ids`. The
 * filter must match no other ids.
 */
export const perDocumentValue = (ids: readonly string[], values: readonly unknown[]) => ({
  $arrayElemAt: [literal(values), { $indexOfArray: [literal(ids), '$_id'] }],
});
