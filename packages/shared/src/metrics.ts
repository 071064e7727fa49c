import { collectDefaultMetrics, Registry } from 'prom-client';

/** Gauges of prom-client whose names end in `_total`: only counters may, and promtool refuses them. */
const MISNAMED_GAUGES = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** Builds a registry with memory, CPU, garbage collection and event-loop lag of this process. */
export function buildRegistry(): Registry {
  const register = new Registry();
  collectDefaultMetrics({ register });
  for (const name of MISNAMED_GAUGES) register.removeSingleMetric(name);
  return register;
}
