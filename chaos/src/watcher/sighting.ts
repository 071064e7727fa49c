import { END_STATUSES, type ExecutionRecord } from '@mcp-server/shared';
import { z } from 'zod';

/** An end of an execution, as it was read while the run was still going on. */
export const Sighting = z.object({
  id: z.string(),
  status: z.enum(END_STATUSES),
  endedAt: z.number(),
  /** Result or failure as stored. */
  outcome: z.string(),
});
export type Sighting = z.infer<typeof Sighting>;

/** What must never change once it was read. */
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
