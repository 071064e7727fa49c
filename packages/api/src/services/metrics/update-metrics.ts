import type { EventWriter } from '@mcp-server/shared';

import type { ApiMetrics } from '../../metrics.ts';
import type { Waiters } from '../executions/wait-for-end.ts';
import type { Sockets } from '../realtime/sockets.ts';
import type { Load, LoadReader } from './load.ts';

export interface MetricsDeps {
  metrics: ApiMetrics;
  load: LoadReader;
  sockets: Sockets;
  events: EventWriter;
  waiters: Waiters;
}

/** Updates the gauges that are read on demand; a figure that cannot be read has no value instead of an old one. */
export async function updateMetrics({ metrics, load, sockets, events, waiters }: MetricsDeps): Promise<Load> {
  const current = await load.read();
  metrics.openSockets.set(sockets.count);
  metrics.awaitedExecutions.set(waiters.count());
  metrics.eventsLost.reset();
  metrics.eventsLost.inc(events.lost());
  setStores(metrics, current.stores);
  setWork(metrics, current);
  return current;
}

function setStores(metrics: ApiMetrics, stores: Load['stores']): void {
  metrics.storeSeconds.reset();
  for (const store of ['mongodb', 'redis'] as const) {
    const { state, latencyMs } = stores[store];
    metrics.storeUp.set({ store }, state === 'up' ? 1 : 0);
    if (latencyMs !== undefined) metrics.storeSeconds.set({ store }, latencyMs / 1_000);
  }
}

function setWork(metrics: ApiMetrics, { workload, jobs }: Load): void {
  for (const gauge of [metrics.executions, metrics.waiting, metrics.oldestSeconds, metrics.queueJobs])
    gauge.reset();
  for (const [status, count] of Object.entries(workload?.byStatus ?? {}))
    metrics.executions.set({ status }, count);
  for (const { pool, count, oldestSeconds } of workload?.waiting ?? []) {
    metrics.waiting.set({ pool }, count);
    metrics.oldestSeconds.set({ pool }, oldestSeconds);
  }
  for (const { pool, counts } of jobs) {
    for (const [state, count] of Object.entries(counts)) metrics.queueJobs.set({ pool, state }, count);
  }
}
