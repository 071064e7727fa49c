import { setTimeout as delay } from 'node:timers/promises';

import { NodeProcess } from '@mcp-server/local';
import { CORRECTS_CLOCK, FaultProxy, waitFor } from '@mcp-server/testing';

import type { Random } from '../random.ts';

export interface SlotOptions {
  name: string;
  /** Node's arguments: conditions, preloads, entry. */
  args: string[];
  startedText: string;
  env: Record<string, string>;
  /** Real addresses of the stores. */
  mongodbUri: string;
  redisUrl: string;
  random: Random;
  onLine: (line: string) => void;
  /** Called when the process ends without having been stopped. */
  onUnexpectedEnd(how: string): void;
}

const RESTART_PAUSE_MS = 500;
/** A stopped process that is alive after this time has failed to stop. */
const STOP_TIMEOUT_MS = 40_000;

/** Place for one API or worker. It reaches its stores through its own proxies, so that a fault can hit it alone. */
export class Slot {
  readonly #options: SlotOptions;
  readonly mongodb: FaultProxy;
  readonly redis: FaultProxy;
  #child: NodeProcess | undefined;
  #started: Record<string, unknown> = {};
  #isWanted = false;

  private constructor(options: SlotOptions, mongodb: FaultProxy, redis: FaultProxy) {
    this.#options = options;
    this.mongodb = mongodb;
    this.redis = redis;
  }

  static async open(options: SlotOptions): Promise<Slot> {
    const proxyOf = (url: string) => FaultProxy.open(Number(new URL(url).port), { random: options.random });
    return new Slot(options, await proxyOf(options.mongodbUri), await proxyOf(options.redisUrl));
  }

  get name(): string {
    return this.#options.name;
  }

  /** Port from its start message. */
  get port(): number {
    return Number(this.#started['port']);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** A worker's name in attempts and leases. */
  get workerName(): string {
    return String(this.#started['worker']);
  }

  /** Changes settings of the process from its next start on. */
  configure(env: Record<string, string>): void {
    Object.assign(this.#options.env, env);
  }

  /** Starts the process, after the first time on the same port. */
  async start(): Promise<void> {
    const child = this.#spawn(this.#options.onLine);
    this.#child = child;
    this.#isWanted = true;
    void child.exited.then(({ code, signal }) => this.#onEnd(child, `${code ?? signal}`));
    this.#started = await child.started;
  }

  /** Starts a stopped process that must refuse to start; resolves to its exit code and output, or to undefined. */
  async startInVain(): Promise<string | undefined> {
    const said: string[] = [];
    const child = this.#spawn((line) => said.push(line));
    const isUp = await child.started.then(
      () => true,
      () => false,
    );
    if (isUp) await child.kill();
    const { code } = await child.exited;
    return isUp ? undefined : `${code} ${said.join(' ')}`;
  }

  #spawn(onLine: (line: string) => void): NodeProcess {
    const { args, startedText, env, mongodbUri, redisUrl } = this.#options;
    const port: Record<string, string> = this.#child ? { PORT: String(this.port) } : {};
    return new NodeProcess({
      args,
      startedText,
      onLine,
      env: {
        ...env,
        ...port,
        MONGODB_URI: through(mongodbUri, this.mongodb),
        REDIS_URL: through(redisUrl, this.redis),
      },
    });
  }

  /** Sends SIGKILL; resolves when the process is dead. */
  async kill(): Promise<void> {
    this.#isWanted = false;
    await this.#child?.kill();
  }

  /** Sends SIGTERM; resolves to the exit code, or to a word if the process had to be killed. */
  async stop(): Promise<string> {
    this.#isWanted = false;
    const child = this.#child;
    if (!child) return 'never started';
    const end = await child.stop(STOP_TIMEOUT_MS);
    return end ? `${end.code ?? end.signal}` : 'did not stop';
  }

  /** Sets a clock right that was shifted by the environment. */
  correctClock(): void {
    this.#child?.signal(CORRECTS_CLOCK);
  }

  freeze(): void {
    this.#child?.signal('SIGSTOP');
  }

  thaw(): void {
    this.#child?.signal('SIGCONT');
  }

  /** Sum of a metric over its labels, read from the process; 0 if it does not answer. */
  async readMetric(name: string): Promise<number> {
    try {
      const response = await fetch(`${this.url}/metrics`, { signal: AbortSignal.timeout(2_000) });
      const lines = (await response.text()).split('\n').filter((line) => line.startsWith(name));
      return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0);
    } catch {
      return 0;
    }
  }

  /** Waits until the process reports that it is ready. */
  async ready(): Promise<void> {
    await waitFor(
      `${this.name} to be ready`,
      () => fetch(`${this.url}/health/ready`, { signal: AbortSignal.timeout(2_000) }).then(({ ok }) => ok),
      30_000,
    );
  }

  async close(): Promise<void> {
    await this.kill();
    await Promise.all([this.mongodb.close(), this.redis.close()]);
  }

  #onEnd(child: NodeProcess, how: string): void {
    if (!this.#isWanted || child !== this.#child) return;
    this.#options.onUnexpectedEnd(how);
    // Restarts after a moment, like an orchestrator.
    void delay(RESTART_PAUSE_MS)
      .then(() => (this.#isWanted && child === this.#child ? this.start() : undefined))
      .catch((error: Error) => this.#options.onUnexpectedEnd(error.message));
  }
}

function through(url: string, proxy: FaultProxy): string {
  const proxied = new URL(url);
  proxied.port = String(proxy.port);
  return proxied.href;
}
