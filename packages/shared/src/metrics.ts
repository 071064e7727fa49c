import { collectDefaultMetrics, Registry } from 'prom-client';

/** Default metrics that promtool refuses: only counters may end in `_total`, and no name may contain a metric type. */
const MISNAMED = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_eventloop_utilization_histogram',
  'nodejs_eventloop_utilization_summary',
];

/** The longest interval of a timer: the event-loop utilization is not exposed, so nothing needs to sample it. */
const NEVER_MS = 2 ** 31 - 1;

/** Builds a registry with memory, CPU, garbage collection and event-loop lag of this process. */
export function buildRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register, eventLoopUtilizationTimeout: NEVER_MS });
  for (const name of MISNAMED) register.removeSingleMetric(name);
  return register;
}
