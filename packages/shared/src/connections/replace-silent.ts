import type { Redis } from 'ioredis';

/** Interval of looks at a connection. */
const CHECK_MS = 1_000;

/**
 * Replaces a connection that goes silent while new ones work, as after a firewall forgot it. Neither the kernel nor
 * ioredis notices: TCP keepalive stops as soon as a request waits for its acknowledgement. A quiet connection is pinged,
 * and one that receives nothing after that is destroyed; ioredis then reconnects, subscribes again and sends again what
 * waits for a reply, so its outcome stays unknown until then. `silentMs` must be longer than a blocking read.
 */
export function replaceWhenSilent(redis: Redis, silentMs: number): void {
  const toleratedChecks = Math.ceil(silentMs / CHECK_MS);
  redis.on('connect', () => {
    const { stream } = redis;
    let { bytesRead } = stream;
    let silentChecks = 0;
    const look = (): void => {
      silentChecks = stream.bytesRead === bytesRead ? silentChecks + 1 : 0;
      ({ bytesRead } = stream);
      // Before it is ready, the connection waits for the reply to its handshake.
      if (silentChecks === 1 && redis.status === 'ready') redis.ping().catch(() => undefined);
      // Counted in checks and not by a clock: after a blocked event loop, received data is read before the next check.
      if (silentChecks > toleratedChecks) stream.destroy(new Error(`no reply from Redis for ${silentMs} ms`));
    };
    const timer = setInterval(look, CHECK_MS);
    stream.once('close', () => clearInterval(timer));
  });
}
