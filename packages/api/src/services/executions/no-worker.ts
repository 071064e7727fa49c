import { type Catalogue, errors, type ExecutionRecord, ReasonCode } from '@mcp-server/shared';
import { z } from 'zod';

/** Why accepted work does not start: a code of `explain`, and a sentence. */
export const WaitReason = z.object({ code: ReasonCode, text: z.string() });
export type WaitReason = z.infer<typeof WaitReason>;

/** Explains that no living worker has the action of a waiting execution; undefined if one has it. */
export async function findNoWorkerReason(
  { catalogue }: { catalogue: Catalogue },
  { plugin, action, status }: Pick<ExecutionRecord, 'plugin' | 'action' | 'status'>,
): Promise<WaitReason | undefined> {
  if (status !== 'queued' && status !== 'retrying') return undefined;
  if (await isServed(catalogue, plugin, action)) return undefined;
  const text = `No living worker has ${plugin}.${action}. It is accepted, and starts when a worker has it.`;
  return { code: 'no_worker_for_plugin', text };
}

async function isServed(catalogue: Catalogue, plugin: string, action: string): Promise<boolean> {
  try {
    return (await catalogue.find(plugin, action)).isServed;
  } catch (error) {
    // The work is accepted, so nothing may fail here. With the database away, nothing is known about workers.
    return !(error instanceof errors.UnknownPlugin || error instanceof errors.UnknownAction);
  }
}
