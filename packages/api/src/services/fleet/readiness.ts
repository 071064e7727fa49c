import { withTimeout } from '@mcp-server/shared';

/** A dependency that takes longer than this to answer a ping counts as down. */
const PING_TIMEOUT_MS = 1_000;

export interface DependencyState {
  state: 'up' | 'down';
  latencyMs?: number;
}

export interface ReadinessReport {
  /** `degraded`: work is accepted and delivered later. Send requests only if `ready` or `degraded`. */
  status: 'ready' | 'degraded' | 'unavailable' | 'closing';
  mongodb: DependencyState;
  redis: DependencyState;
}

export interface Readiness {
  check(): Promise<ReadinessReport>;
  /** Makes all later checks report `closing`. */
  startClosing(): void;
  isClosing(): boolean;
}

type Ping = () => Promise<number>;

/** `isPrepared`: the indexes, which decide races, exist. */
export function buildReadiness(deps: {
  pingMongo: Ping;
  pingRedis: Ping;
  isPrepared: () => boolean;
}): Readiness {
  let isClosing = false;
  return {
    async check() {
      const [mongodb, redis] = await Promise.all([measure(deps.pingMongo), measure(deps.pingRedis)]);
      const hasDatabase = mongodb.state === 'up' && deps.isPrepared();
      const whenOpen = !hasDatabase ? 'unavailable' : redis.state === 'up' ? 'ready' : 'degraded';
      return { status: isClosing ? 'closing' : whenOpen, mongodb, redis };
    },
    startClosing() {
      isClosing = true;
    },
    isClosing: () => isClosing,
  };
}

async function measure(ping: Ping): Promise<DependencyState> {
  const latencyMs = await withTimeout(
    ping().catch(() => undefined),
    PING_TIMEOUT_MS,
  );
  if (latencyMs === undefined) return { state: 'down' };
  return { state: 'up', latencyMs: Math.round(latencyMs * 100) / 100 };
}
