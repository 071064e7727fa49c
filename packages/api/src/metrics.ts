import { buildRegistry, countUnreadable } from '@mcp-server/shared';
import { Counter, Gauge, Histogram } from 'prom-client';

/** Seconds; the longest responses are those of callers that wait for an execution. */
const DURATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The metrics of an API process. Labels come from closed sets only: routes are patterns, never URLs. */
export function buildMetrics() {
  const registry = buildRegistry();
  const gauge = <L extends string>(name: string, help: string, labelNames: L[]) =>
    new Gauge({ name, help, labelNames, registers: [registry] });
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'mcp_http_request_seconds',
      help: 'Duration of requests by route pattern',
      labelNames: ['method', 'route', 'status'],
      buckets: DURATION_BUCKETS,
      registers: [registry],
    }),
    executions: gauge('mcp_executions', 'Stored executions by status', ['status']),
    waiting: gauge('mcp_queue_waiting', 'Accepted executions that no worker has taken', ['pool']),
    oldestSeconds: gauge('mcp_queue_oldest_seconds', 'How long the oldest waiting execution waits', ['pool']),
    queueJobs: gauge('mcp_queue_jobs', 'Jobs in Redis by state', ['pool', 'state']),
    storeUp: gauge('mcp_store_up', 'Whether a store answers', ['store']),
    storeSeconds: gauge('mcp_store_latency_seconds', 'Latency of a ping of a store', ['store']),
    openSockets: gauge('mcp_open_sockets', 'Open WebSockets and event streams', []),
    awaitedExecutions: gauge('mcp_awaited_executions', 'Executions that callers are waiting for', []),
    unreadableRecords: countUnreadable(registry),
    cacheUses: new Counter({
      name: 'mcp_cache_uses_total',
      help: 'Submissions of actions with a cache: answered by it (hit), run (miss), or run as asked for (skipped)',
      labelNames: ['use'],
      registers: [registry],
    }),
    eventsLost: new Counter({
      name: 'mcp_events_lost_total',
      help: 'Live events that could not be written',
      registers: [registry],
    }),
  };
}

export type ApiMetrics = ReturnType<typeof buildMetrics>;
