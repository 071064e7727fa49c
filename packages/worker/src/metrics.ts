import { buildRegistry, countUnreadable } from '@mcp-server/shared';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Buckets in seconds; an action may take milliseconds or an hour. */
const DURATION_BUCKETS = [0.005, 0.02, 0.1, 0.5, 2, 10, 60, 300, 1_800, 3_600];

/** Builds the metrics of a worker process. Labels come from closed sets only. */
export function buildMetrics() {
  const registry = buildRegistry();
  const registers = [registry];
  return {
    registry,
    attempts: new Counter({
      name: 'mcp_attempts_total',
      help: 'Attempts by outcome',
      labelNames: ['outcome'],
      registers,
    }),
    attemptSeconds: new Histogram({
      name: 'mcp_attempt_seconds',
      help: 'Duration of attempts',
      buckets: DURATION_BUCKETS,
      registers,
    }),
    executions: new Counter({
      name: 'mcp_executions_total',
      help: 'Executions ended by this worker, by status',
      labelNames: ['status'],
      registers,
    }),
    claimMisses: new Counter({
      name: 'mcp_claim_misses_total',
      help: 'Deliveries that could not be claimed, by reason',
      labelNames: ['reason'],
      registers,
    }),
    crashes: new Counter({
      name: 'mcp_crashes_total',
      help: 'Crashed attempts found by claims of this worker',
      registers,
    }),
    superseded: new Counter({
      name: 'mcp_superseded_total',
      help: 'Ends refused because another claim or a cancel came first',
      registers,
    }),
    handBacks: new Counter({ name: 'mcp_hand_backs_total', help: 'Claims handed back', registers }),
    running: new Gauge({ name: 'mcp_running_attempts', help: 'Attempts running now', registers }),
    abandoned: new Gauge({
      name: 'mcp_abandoned_attempts',
      help: 'Runs that ignore their signal',
      registers,
    }),
    unreadableRecords: countUnreadable(registry),
    swept: new Counter({
      name: 'mcp_swept_total',
      help: 'Repairs made by the sweep; should stay at zero',
      labelNames: ['repair'],
      registers,
    }),
  };
}

export type WorkerMetrics = ReturnType<typeof buildMetrics>;
