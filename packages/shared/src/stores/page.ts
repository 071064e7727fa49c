/** Position where a page ended. Lists are ordered by `createdAt` and `_id`, so this pair identifies a position. */
export interface PagePosition {
  createdAt: Date;
  id: string;
}

export type PageOrder = 'newest-first' | 'oldest-first';

/** Filter for the records after a position. Keyset, not offset: page 1,000 costs the same as page 1. */
export function afterPosition<Id>(
  position: { createdAt: Date; id: Id } | undefined,
  order: PageOrder = 'newest-first',
) {
  if (!position) return {};
  const { createdAt, id } = position;
  // An index can serve the range on the first key; the alternatives alone would be two scans.
  return order === 'newest-first'
    ? {
        createdAt: { $lte: createdAt },
        $or: [{ createdAt: { $lt: createdAt } }, { createdAt, _id: { $lt: id } }],
      }
    : {
        createdAt: { $gte: createdAt },
        $or: [{ createdAt: { $gt: createdAt } }, { createdAt, _id: { $gt: id } }],
      };
}

export const pageSort = (order: PageOrder = 'newest-first') =>
  order === 'newest-first' ? ({ createdAt: -1, _id: -1 } as const) : ({ createdAt: 1, _id: 1 } as const);

/** Filter for a span of time, both ends included. */
export const createdWithin = ({ createdFrom, createdTo }: CreatedSpan) =>
  createdFrom || createdTo
    ? {
        createdAt: {
          ...(createdFrom ? { $gte: createdFrom } : {}),
          ...(createdTo ? { $lte: createdTo } : {}),
        },
      }
    : {};

export interface CreatedSpan {
  createdFrom?: Date | undefined;
  createdTo?: Date | undefined;
}
