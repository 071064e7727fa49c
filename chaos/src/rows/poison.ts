import type { ExecutionRecord } from '@mcp-server/shared';

import type { Violation } from '../checker/run-record.ts';
import { buildWork, type WorkKind } from '../load/work.ts';
import type { Rig } from '../rig/rig.ts';

const NEIGHBOURS = 100;
const NEIGHBOUR_MS = 3_000;
/** Default limit of crashes. */
const CRASHES = 3;

/** Starts one poisoned run among harmless ones, so that it dies among neighbours. */
export async function submitPoison(rig: Rig, poison: WorkKind): Promise<void> {
  const random = rig.random('poison');
  const options = { sinkUrl: rig.sinkUrl, slowMs: NEIGHBOUR_MS };
  const kinds: WorkKind[] = Array.from({ length: NEIGHBOURS }, () => 'slow');
  kinds.splice(NEIGHBOURS / 2, 0, poison);
  await Promise.all(kinds.map((kind) => rig.load.submit(buildWork(kind, random, options))));
}

/** The poison ends as crashed after its limit; every neighbour completes. */
export function checkPoison(documents: readonly ExecutionRecord[], poison: WorkKind): Violation[] {
  return documents.flatMap(({ _id: id, action, status, failure, crashes }) => {
    const isPoison = action === poison;
    const fits = isPoison ? failure?.kind === 'crashed' && crashes === CRASHES : status === 'completed';
    if (fits) return [];
    const rule = isPoison ? 'poison-not-bounded' : 'neighbour-failed';
    return [{ rule, id, detail: JSON.stringify({ status, failure, crashes }) }];
  });
}
