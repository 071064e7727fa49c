import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { startLocalServices } from '@mcp-server/local';
import { createMongo, createRedis, pingMongo } from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';

import { Marker } from './marker.ts';

const REDIS_USER = 'product';
const DATABASE_MS = 15_000;

/** A sound installation whose secrets all contain the marker, with its own Redis. */
export class Place {
  readonly marker = new Marker();
  /** Removed with everything that a setup opens. */
  readonly dir: string;
  /** A database that takes no password: the local gateway knows none. */
  readonly mongodbUri: string;
  readonly redisPort: number;
  readonly redis: ReturnType<typeof createRedis>;
  readonly #opened: AsyncDisposableStack;

  private constructor(options: { dir: string; redisUrl: string; opened: AsyncDisposableStack }) {
    this.dir = options.dir;
    this.#opened = options.opened;
    this.redisPort = Number(new URL(options.redisUrl).port);
    this.redis = createRedis(options.redisUrl, 'consumer', () => undefined);
    this.#opened.defer(() => this.redis.disconnect());
    const uri = new URL(process.env['MONGODB_URI'] ?? '');
    uri.pathname = `/broken-${randomBytes(4).toString('hex')}`;
    this.mongodbUri = uri.href;
  }

  /** @throws {Error} without the database of a test run. */
  static async open(): Promise<Place> {
    if (!process.env['MONGODB_URI']) throw new Error('MONGODB_URI is not set: run npm run broken-setups');
    const opened = new AsyncDisposableStack();
    const dir = await mkdtemp(join(tmpdir(), 'broken-'));
    opened.defer(() => rm(dir, { recursive: true, force: true }));
    const env = { ...process.env, REDIS_URL: '' };
    const services = await startLocalServices({ dataDir: join(dir, 'redis'), env, log: () => undefined });
    opened.defer(() => services.close());
    const place = new Place({ dir, redisUrl: services.redisUrl, opened });
    await waitFor('Redis', () => place.redis.ping());
    await place.allow(REDIS_USER, '~*', '&*', '+@all');
    return place;
  }

  /** Lets a user of Redis, with the marker as password, do this and nothing else. */
  async allow(user: string, ...rules: string[]): Promise<void> {
    await this.redis.call('ACL', 'SETUSER', user, 'reset', 'on', `>${this.marker.password}`, ...rules);
  }

  redisUrl({ user = REDIS_USER, scheme = 'redis', port = this.redisPort, path = '' } = {}): string {
    return `${scheme}://${user}:${this.marker.encoded}@127.0.0.1:${port}${path}`;
  }

  /** The database with a password, which the local gateway refuses. */
  get mongodbUriWithPassword(): string {
    return this.mongodbUri.replace('://', `://product:${this.marker.encoded}@`);
  }

  /**
   * Settings of a sound installation. A password for the database is part of them, although it is refused: a process must
   * find what else is wrong before it connects. Setups that need a connection take `mongodbUri`.
   */
  get soundEnv(): Record<string, string> {
    const secret = (name: string) => `${name}-${this.marker.password}`;
    return {
      MONGODB_URI: this.mongodbUriWithPassword,
      REDIS_URL: this.redisUrl(),
      REDIS_PREFIX: 'broken',
      JWT_SECRET: secret('jwt'),
      REFRESH_TOKEN_SECRET: secret('refresh'),
      ADMIN_API_KEY: secret('admin'),
      METRICS_TOKEN: secret('metrics'),
      WORKER_METRICS_TOKEN: secret('worker'),
      DATA_DIR: join(this.dir, 'data'),
      LOG_DIR: join(this.dir, 'logs'),
      LOG_LEVEL: 'trace',
      PORT: '0',
      WORKER_PORT: '0',
    };
  }

  /** Takes a free port with a server of another program; `onConnection` is what it does. */
  async listen(onConnection: Parameters<typeof createServer>[1] = (socket) => socket.end()): Promise<number> {
    const server: Server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      onConnection(socket);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    this.#opened.defer(() => void server.close());
    return (server.address() as AddressInfo).port;
  }

  /** Writes the entry file of a plugin and returns its `PLUGINS_DIR`. */
  async writePlugin(code: string): Promise<string> {
    const folder = join(this.dir, 'plugins');
    const entry = join(folder, 'shop', 'index.mjs');
    await mkdir(dirname(entry), { recursive: true });
    await writeFile(entry, code);
    return folder;
  }

  /** A process may have created indexes before it learned that it cannot work. */
  async #dropDatabase(): Promise<void> {
    const mongo = createMongo({
      uri: this.mongodbUri,
      maxPoolSize: 1,
      serverSelectionTimeoutMs: DATABASE_MS,
      socketTimeoutMs: DATABASE_MS,
    });
    await waitFor('the database', () => pingMongo(mongo.connection));
    await mongo.connection.dropDatabase();
    await mongo.close();
  }

  async close(): Promise<void> {
    await this.#dropDatabase();
    await this.#opened.disposeAsync();
  }
}
