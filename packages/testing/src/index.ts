export { CORRECTS_CLOCK, shiftedClock } from './clock/shifted-clock.ts';
export { askForRoots, buildExecution, buildFailure } from './execution-builder.ts';
export { type Namespace, openNamespace } from './namespace.ts';
export { NO_FAULT, type Fault, type SilentDirection, type SwallowFault } from './proxy/fault.ts';
export { FaultProxy } from './proxy/fault-proxy.ts';
export { isMongoCommand, isRedisScript } from './proxy/wire.ts';
export { isWholeMatrix } from './matrix.ts';
export { type CaughtMail, catchMails, type Mailbox } from './mailbox.ts';
export { parseMetrics } from './parse-metrics.ts';
export { checkWithPromtool } from './promtool.ts';
export { type ProductProcess, startProcess } from './process.ts';
export { runEnvironment } from './run-environment.ts';
export { createScheduledTask } from './scheduled-task.ts';
export { waitFor } from './wait-for.ts';
export { type Fleet, FIXTURE_PLUGINS, forecastFolder, openFleet } from './fleet.ts';
export { type OwnRedis, startOwnRedis } from './own-redis.ts';
export { describeDraw, drawHostile, forEachHostile, storeRaw } from './hostile/draw-hostile.ts';
export {
  documentsWithHostileIds,
  type HostileDocument,
  sampleDocument,
} from './hostile/hostile-documents.ts';
export { type RedisCluster, startRedisCluster } from './redis-cluster.ts';
export { type PackageRegistry, startRegistry } from './registry/package-registry.ts';
export { pluginPackage, publishZod } from './registry/plugin-packages.ts';
