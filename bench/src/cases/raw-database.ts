import type { ExecutionRecord } from '@mcp-server/shared';
import { buildExecution, openNamespace } from '@mcp-server/testing';

import { runClosedLoop } from '../drive/closed-loop.ts';
import type { Stage } from '../rig/stage.ts';
import { type Case, type Figures, perUnit, type Size } from './case.ts';

const WRITES = 2_000;
const IN_FLIGHT = 20;
const BATCH = 50;
const DURABLE = { writeConcern: { w: 'majority', journal: true } } as const;

/** Inserts executions like the API, with all their indexes, into a separate database. */
function buildCase(name: string, title: string, batch: number, inFlight: number): Case {
  return {
    name,
    title,
    async open(stage: Stage, { scale }: Size) {
      const { models } = await openNamespace({ teardown: (close) => stage.defer(close) });
      const { collection } = models.ExecutionModel;
      const count = Math.ceil((WRITES * scale) / batch);

      return async (): Promise<Figures> => {
        const { tookMs, cpu } = await stage.measure(async () => {
          await runClosedLoop({ count, inFlight }, async () => {
            const records = Array.from({ length: batch }, () => ended());
            await collection.insertMany(records as never[], { ordered: false, ...DURABLE });
          });
        });
        const writes = count * batch;
        return {
          'writes/s': (writes / tookMs) * 1_000,
          ...perUnit(cpu, writes, ['database', 'gateway', 'bench']),
        };
      };
    },
  };
}

/** Ended and settled, so that no worker or sweep handles it. */
function ended(): ExecutionRecord {
  const now = new Date();
  return buildExecution({ status: 'completed', endedAt: now, settledAt: now, pool: 'raw' });
}

export const rawSingleWrites = buildCase(
  'raw-single-writes',
  `inserts of one document, ${IN_FLIGHT} in flight`,
  1,
  IN_FLIGHT,
);
export const rawBatchedWrites = buildCase(
  'raw-batched-writes',
  `inserts of ${BATCH} documents, one in flight`,
  BATCH,
  1,
);
