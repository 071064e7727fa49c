/** Where a page ended: lists are ordered by `createdAt` and `_id`, both descending, so this pair names a place. */
export interface PagePosition {
  createdAt: Date;
  id: string;
}

export type PageOrder = 'newest-first' | 'oldest-first';

/** Filter for what comes after a position. Keyset, not offset: page 1,000 costs what page 1 does. */
export function afterPosition<Id>(
  position: { createdAt: Date; id: Id } | undefined,
  order: PageOrder = 'newest-first',
) {
  if (!position) return {};
  const { createdAt, id } = position;
  // The range on the first key is what an index can serve; the alternatives alone would be two scans.
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
