import { z } from 'zod';

/** Headers of a POST whose result may come from the cache. */
export const CacheHeaders = z.looseObject({
  'cache-control': z
    .string()
    .max(200)
    .optional()
    .describe(
      '`no-cache`: runs the action even if an earlier result could be used; see `cache` of the action',
    ),
});

/** True if the caller wants the action to run. */
export const skipsCache = (header: string | undefined): boolean =>
  (header ?? '').split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache');
