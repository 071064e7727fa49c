/** Where a page ended: lists are ordered by `createdAt` and `_id`, both descending, so this pair names a place. */
export interface PagePosition {
  createdAt: Date;
  id: string;
}

/** Filter for what comes after a position. Keyset, not offset: page 1,000 costs what page 1 does. */
export const afterPosition = <Id>(position: { createdAt: Date; id: Id } | undefined) =>
  position
    ? {
        $or: [
          { createdAt: { $lt: position.createdAt } },
          { createdAt: position.createdAt, _id: { $lt: position.id } },
        ],
      }
    : {};
