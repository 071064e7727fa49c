import type { ExecutionRecord } from '@mcp-server/shared';

import type { Violation } from '../checker/run-record.ts';
import { inconclusive } from './inconclusive.ts';
import type { HeldAtStop } from './rolling-restart.ts';

/** Each worker handed back the long runs that it held at its stop. */
export function checkHandBacks(documents: readonly ExecutionRecord[], held: HeldAtStop): Violation[] {
  const byId = new Map(documents.map((document) => [document._id, document]));
  if (held.size === 0) return [inconclusive('no worker was stopped')];
  return [...held].flatMap(([worker, ids]) => {
    const outcomes = ids.map(
      (id) => byId.get(id)?.attempts.find((attempt) => attempt.worker === worker)?.outcome,
    );
    if (outcomes.includes('handed_back')) return [];
    const detail = `${worker} held ${ids.length} long runs at its stop, which it left as: ${outcomes.join(', ')}`;
    // A stop that came late met runs that had ended, and shows nothing.
    return outcomes.every((outcome) => outcome === 'completed')
      ? [inconclusive(detail)]
      : [{ rule: 'no-hand-back', detail }];
  });
}
