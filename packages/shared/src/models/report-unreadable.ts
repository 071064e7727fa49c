import { LRUCache } from 'lru-cache';
import { Counter, type Registry } from 'prom-client';

import type { Logger } from '../logger.ts';
import type { Models } from './models.ts';
import { watchUnreadable } from './readable.ts';

/** The same record is logged again after this. */
const LOG_AGAIN_MS = 600_000;
const MAX_REMEMBERED = 1_000;

/** Builds the counter of reads of records that do not fit, by model. */
export const countUnreadable = (registry: Registry) =>
  new Counter({
    name: 'mcp_unreadable_records_total',
    help: 'Reads of stored records that do not fit their schema; should stay at zero',
    labelNames: ['model'],
    registers: [registry],
  });

/** Counts each read of a record that does not fit, and logs the record once in a while. */
export function reportUnreadable(
  { ExecutionModel }: Pick<Models, 'ExecutionModel'>,
  { counter, logger }: { counter: Counter<'model'>; logger: Pick<Logger, 'error'> },
): void {
  const logged = new LRUCache<string, true>({ max: MAX_REMEMBERED, ttl: LOG_AGAIN_MS });
  watchUnreadable(ExecutionModel, ({ model, id, pointers }) => {
    counter.inc({ model });
    if (logged.has(`${model} ${id}`)) return;
    logged.set(`${model} ${id}`, true);
    logger.error({ model, id, pointers }, 'a stored record does not fit its schema');
  });
}
