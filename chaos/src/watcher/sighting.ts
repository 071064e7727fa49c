import { END_STATUSES, type ExecutionRecord } from '@mcp-server/shared';
import { z } from 'zod';

/** End of an execution, as read during the run. */
export const Sighting = z.object({
  id: z.string(),
  status: z.enum(END_STATUSES),
  endedAt: z.number(),
  /** Result or failure as stored. */
  outcome: z.string(),
});
export type Sighting = z.infer<typeof Sighting>;

/** The fields that must never change. */
export function describeEnd(
  execution: Pick<ExecutionRecord, '_id' | 'status' | 'endedAt' | 'result' | 'failure'>,
): Sighting {
  return {
    id: execution._id,
    status: execution.status as Sighting['status'],
    endedAt: execution.endedAt?.getTime() ?? 0,
    outcome: execution.result ?? JSON.stringify(execution.failure ?? null),
  };
}
