import { ExecutionStatus } from '@mcp-server/shared';
import { z } from 'zod';

import type { ApiMetrics } from '../../metrics.ts';
import type { Load } from './load.ts';
import { type MetricsDeps, updateMetrics } from './update-metrics.ts';

const Store = z.object({ state: z.enum(['up', 'down']), latencyMs: z.number().optional() });

/** The figures of the Prometheus text as JSON. */
export const MetricsReport = z.object({
  process: z.object({
    uptimeSeconds: z.number(),
    residentBytes: z.number(),
    heapUsedBytes: z.number(),
    cpuSeconds: z.number(),
    eventLoopLagMs: z.object({ mean: z.number(), p99: z.number() }),
  }),
  http: z.array(
    z.object({
      method: z.string(),
      route: z.string(),
      status: z.string(),
      count: z.int(),
      averageMs: z.number(),
    }),
  ),
  openSockets: z.int(),
  eventsLost: z.int(),
  /** Missing while MongoDB is unavailable. */
  executions: z.partialRecord(ExecutionStatus, z.int()).optional(),
  queues: z.array(
    z.object({
      pool: z.string(),
      waiting: z.int().optional(),
      oldestSeconds: z.number().optional(),
      jobs: z.record(z.string(), z.int()),
    }),
  ),
  mongodb: Store,
  redis: Store,
});
export type MetricsReport = z.infer<typeof MetricsReport>;

export async function reportMetrics(deps: MetricsDeps): Promise<MetricsReport> {
  const { metrics, sockets, events } = deps;
  const load = await updateMetrics(deps);
  return {
    process: await reportProcess(metrics),
    http: await reportHttp(metrics),
    openSockets: sockets.count,
    eventsLost: events.lost(),
    executions: load.workload?.byStatus,
    queues: reportQueues(load),
    ...load.stores,
  };
}

/** The same as Prometheus text. */
export async function writeMetrics(deps: MetricsDeps): Promise<string> {
  await updateMetrics(deps);
  return deps.metrics.registry.metrics();
}

async function reportProcess({ registry }: ApiMetrics): Promise<MetricsReport['process']> {
  // One gauge collects for others, so all are collected before one is read.
  await registry.getMetricsAsJSON();
  const valueOf = async (name: string) => {
    const metric = await registry.getSingleMetric(name)?.get();
    const value = metric?.values[0]?.value ?? 0;
    return Number.isFinite(value) ? value : 0;
  };
  const lagMs = async (name: string) => (await valueOf(`nodejs_eventloop_lag_${name}_seconds`)) * 1_000;
  return {
    uptimeSeconds: process.uptime(),
    residentBytes: await valueOf('process_resident_memory_bytes'),
    heapUsedBytes: await valueOf('nodejs_heap_size_used_bytes'),
    cpuSeconds: await valueOf('process_cpu_seconds_total'),
    eventLoopLagMs: { mean: await lagMs('mean'), p99: await lagMs('p99') },
  };
}

async function reportHttp({ httpSeconds }: ApiMetrics): Promise<MetricsReport['http']> {
  const { values } = await httpSeconds.get();
  const named = (suffix: string) => values.filter(({ metricName }) => metricName?.endsWith(suffix));
  const sums = new Map(named('_sum').map(({ labels, value }) => [JSON.stringify(labels), value]));
  return named('_count').map(({ labels, value: count }) => {
    const { method, route, status }: Record<string, unknown> = labels;
    const averageMs = ((sums.get(JSON.stringify(labels)) ?? 0) / count) * 1_000;
    return { method: String(method), route: String(route), status: String(status), count, averageMs };
  });
}

function reportQueues({ workload, jobs }: Load): MetricsReport['queues'] {
  const pools = new Set([...jobs, ...(workload?.waiting ?? [])].map(({ pool }) => pool));
  return [...pools].toSorted().map((pool) => {
    const waiting = workload?.waiting.find((one) => one.pool === pool);
    return {
      pool,
      waiting: workload ? (waiting?.count ?? 0) : undefined,
      oldestSeconds: waiting?.oldestSeconds,
      jobs: jobs.find((one) => one.pool === pool)?.counts ?? {},
    };
  });
}
