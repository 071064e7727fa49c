export { askForRoots, buildExecution, buildFailure } from './execution-builder.ts';
export { type Namespace, openNamespace } from './namespace.ts';
export { parseMetrics } from './parse-metrics.ts';
export { checkWithPromtool } from './promtool.ts';
export { type ProductProcess, startProcess } from './process.ts';
export { createScheduledTask } from './scheduled-task.ts';
export { waitFor } from './wait-for.ts';
export { type Fleet, FIXTURE_PLUGINS, openFleet } from './fleet.ts';
export { type OwnRedis, startOwnRedis } from './own-redis.ts';
