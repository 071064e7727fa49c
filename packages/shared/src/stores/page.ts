/** Position where a page ended. Lists are ordered by a time (here called `createdAt`) and `_id`: this pair identifies it. */
export interface PagePosition {
  createdAt: Date;
  id: string;
}

export type PageOrder = 'newest-first' | 'oldest-first';

/** Part of a list to read. */
export interface PageRequest {
  after?: PagePosition | undefined;
  limit: number;
  order?: PageOrder | undefined;
}

/** Rows of a page. */
export interface PageRows<Row> {
  rows: Row[];
  /** Position up to which the list was searched, if that is neither its end nor the last row. */
  searchedTo?: PagePosition;
}

export interface CreatedSpan {
  createdFrom?: Date | undefined;
  createdTo?: Date | undefined;
}

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
