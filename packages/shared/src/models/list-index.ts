/** Key of an index: the order of each field. */
export type IndexKey = Readonly<Record<string, 1 | -1>>;

/** Time by which a list is ordered. */
export type ListTime = 'createdAt' | 'endedAt';

/**
 * Key of the index of a list that is filtered by equality on `fields`, in the order of its pages. Its last fields make
 * the order unambiguous; a database that sorts them itself reads every match for one page.
 */
export const listIndex = (fields: readonly string[] = [], time: ListTime = 'createdAt'): IndexKey => ({
  ...Object.fromEntries(fields.map((field) => [field, 1 as const])),
  [time]: -1,
  _id: -1,
});
