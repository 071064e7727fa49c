/** A dependency that takes longer than this to answer a ping is as good as away. */
const PING_TIMEOUT_MS = 1_000;

export interface DependencyState {
  state: 'up' | 'down';
  latencyMs?: number;
}

export interface ReadinessReport {
  /** `degraded`: work is accepted and delivered later. Only `ready` and `degraded` should get requests. */
  status: 'ready' | 'degraded' | 'unavailable' | 'closing';
  mongodb: DependencyState;
  redis: DependencyState;
}

export interface Readiness {
  check(): Promise<ReadinessReport>;
  /** From now on the process says that it is going. */
  startClosing(): void;
  isClosing(): boolean;
}

type Ping = () => Promise<number>;

/** `isPrepared`: the indexes, which decide races, are there. */
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
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer in time')), PING_TIMEOUT_MS);
  });
  try {
    const latencyMs = await Promise.race([ping(), timeout]);
    return { state: 'up', latencyMs: Math.round(latencyMs * 100) / 100 };
  } catch {
    return { state: 'down' };
  } finally {
    clearTimeout(timer);
  }
}
