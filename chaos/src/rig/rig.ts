import { randomBytes } from 'node:crypto';
import { createWriteStream, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { NodeProcess } from '@mcp-server/local';
import {
  buildModels,
  buildQueue,
  createIndexes,
  createMongo,
  createRedis,
  type Models,
  pingMongo,
} from '@mcp-server/shared';
import { waitFor } from '@mcp-server/testing';
import type { Queue } from 'bullmq';

import type { LogLine, Strike, Violation } from '../checker/run-record.ts';
import { callApi } from '../load/api-client.ts';
import { LoadClient } from '../load/load-client.ts';
import { registerUsers, type User } from '../load/users.ts';
import { namedRandom, type Random } from '../random.ts';
import { Slot } from './slot.ts';
import type { Stores } from './stores.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const CHAOS = fileURLToPath(new URL('../../', import.meta.url));
const SOURCE = '--conditions=@mcp-server/source';
const USERS = 4;
const API_COUNT = 2;
const WORKER_COUNT = 3;

export interface RigOptions {
  name: string;
  stores: Stores;
  dir: string;
  seed: number;
  /** Factor for the time of every load. */
  scale: number;
  slowMs?: number | undefined;
  apiEnv: Record<string, string>;
  workerEnv: Record<string, string>;
  /** File that workers preload. */
  workerPreload: string | undefined;
}

/** Files of one row: those that observers write while it runs, and the findings after it. */
export interface RecordFiles {
  ledger: string;
  trouble: string;
  effects: string;
  sightings: string;
  /** Written once, at the end. */
  documents: string;
  strikes: string;
}

/** The product and its observers for one row, with their own database and Redis prefix. */
export class Rig {
  readonly stores: Stores;
  readonly apis: Slot[] = [];
  readonly workers: Slot[] = [];
  readonly files: RecordFiles;
  readonly logs: LogLine[] = [];
  readonly strikes: Strike[] = [];
  /** Processes that ended without being stopped. */
  readonly unexpectedEnds: string[] = [];
  /** Violations that a row saw while it ran. */
  readonly found: Violation[] = [];
  /** Values measured by a row and printed in the report. */
  readonly measured: Record<string, number> = {};
  readonly seed: number;
  readonly #options: RigOptions;
  readonly #opened = new AsyncDisposableStack();
  readonly #uri: string;
  /** Prefix of every Redis key, and the name of the database. */
  readonly prefix: string;
  models!: Models;
  queue!: Queue;
  redis!: ReturnType<typeof createRedis>;
  users: User[] = [];
  sinkUrl = '';
  load!: LoadClient;

  private constructor(options: RigOptions) {
    const { stores, dir, seed } = options;
    this.#options = options;
    this.stores = stores;
    this.seed = seed;
    this.prefix = `chaos-${options.name}-${randomBytes(3).toString('hex')}`.toLowerCase();
    const uri = new URL(stores.mongodbUri);
    uri.pathname = `/${this.prefix}`;
    this.#uri = uri.href;
    mkdirSync(dir, { recursive: true });
    const file = (name: string) => join(dir, `${name}.jsonl`);
    this.files = {
      ledger: file('ledger'),
      trouble: file('trouble'),
      effects: file('effects'),
      sightings: file('sightings'),
      documents: file('documents'),
      strikes: file('strikes'),
    };
  }

  static async open(options: RigOptions): Promise<Rig> {
    const rig = new Rig(options);
    try {
      await rig.#open();
      return rig;
    } catch (error) {
      await rig.close();
      throw error;
    }
  }

  /** Separate stream of random numbers for one purpose. */
  random(purpose: string): Random {
    return namedRandom(this.seed, `${this.#options.name} ${purpose}`);
  }

  /** Seconds, scaled to the length of the run. */
  seconds(base: number): number {
    return base * this.#options.scale;
  }

  /** Kills a worker and records the time, so that its redeliveries can be measured. */
  async strike(worker: Slot): Promise<void> {
    this.strikes.push({ worker: worker.workerName, at: Date.now() });
    await worker.kill();
  }

  async close(): Promise<void> {
    await this.#opened.disposeAsync();
  }

  async #open(): Promise<void> {
    await this.#openStores();
    const sink = this.#outsider('sink', 'sink listening', [this.files.effects]);
    this.#outsider('watcher', 'watcher started', [this.#uri, this.files.sightings]);
    await this.#openFleet();
    this.sinkUrl = `http://127.0.0.1:${String((await sink.started)['port'])}/effects`;
    const apiUrls = this.apis.map(({ url }) => url);
    this.users = await registerUsers(apiUrls[0] ?? '', USERS);
    await Promise.all(apiUrls.map((url) => this.#catalogueIsKnown(url)));
    const { slowMs } = this.#options;
    const slow = slowMs === undefined ? {} : { slowMs };
    this.load = new LoadClient({
      apiUrls,
      users: this.users,
      random: this.random('load'),
      work: { sinkUrl: this.sinkUrl, ...slow },
      ledgerPath: this.files.ledger,
      troublePath: this.files.trouble,
    });
    this.#opened.defer(() => this.load.close());
  }

  async #openStores(): Promise<void> {
    const mongo = createMongo({
      uri: this.#uri,
      maxPoolSize: 5,
      serverSelectionTimeoutMs: 5_000,
      socketTimeoutMs: 60_000,
    });
    this.#opened.defer(() => mongo.close());
    await waitFor('the database', () => pingMongo(mongo.connection));
    this.models = buildModels(mongo.connection);
    await createIndexes(this.models);
    this.#opened.defer(() => mongo.connection.dropDatabase().catch(() => undefined));
    this.redis = createRedis(this.stores.redisUrl, 'consumer', () => undefined);
    this.#opened.defer(() => this.redis.disconnect());
    this.queue = buildQueue('default', this.redis, this.prefix);
    this.queue.on('error', () => undefined);
    this.#opened.defer(() => this.queue.close().catch(() => undefined));
  }

  async #openFleet(): Promise<void> {
    const secrets = randomBytes(48).toString('base64url');
    const apiEnv = {
      PORT: '0',
      DATA_DIR: this.#options.dir,
      JWT_SECRET: `jwt-${secrets}`,
      REFRESH_TOKEN_SECRET: `refresh-${secrets}`,
      // One account sends all of the load, so its limits are out of the way.
      RATE_LIMIT_MAX_REQUESTS: '1000000000',
      ...this.#options.apiEnv,
    };
    const workerEnv = { WORKER_PORT: '0', PLUGINS_DIR: join(CHAOS, 'plugins'), ...this.#options.workerEnv };
    const preload = this.#options.workerPreload ? ['--import', this.#options.workerPreload] : [];
    for (let index = 1; index <= API_COUNT; index += 1) {
      this.apis.push(await this.#slot(`api-${index}`, [], apiEnv, '"msg":"api listening"'));
    }
    for (let index = 1; index <= WORKER_COUNT; index += 1) {
      this.workers.push(await this.#slot(`worker-${index}`, preload, workerEnv, '"msg":"worker started"'));
    }
    const slots = [...this.apis, ...this.workers];
    await Promise.all(slots.map((slot) => slot.start()));
    await Promise.all(slots.map((slot) => slot.ready()));
  }

  async #slot(
    name: string,
    preload: string[],
    env: Record<string, string>,
    startedText: string,
  ): Promise<Slot> {
    const kind = name.split('-')[0] ?? '';
    const slot = await Slot.open({
      name,
      args: [SOURCE, ...preload, join(ROOT, 'packages', kind, 'src', 'main.ts')],
      startedText,
      env: { ...env, REDIS_PREFIX: this.prefix },
      mongodbUri: this.#uri,
      redisUrl: this.stores.redisUrl,
      random: this.random(`proxy ${name}`),
      onLine: this.#logOf(name),
      onUnexpectedEnd: (how) => this.unexpectedEnds.push(`${name} ended: ${how}`),
    });
    this.#opened.defer(() => slot.close());
    return slot;
  }

  #outsider(name: string, startedText: string, args: string[]): NodeProcess {
    const entry = join(CHAOS, 'src', name, 'main.ts');
    const child = new NodeProcess({
      args: [SOURCE, entry, ...args],
      env: {},
      startedText,
      onLine: () => undefined,
    });
    this.#opened.defer(async () => void (await child.kill()));
    return child;
  }

  /** Lines go to the checker, and to a file that is kept if the run fails. */
  #logOf(name: string): (line: string) => void {
    const file = createWriteStream(join(this.#options.dir, `${name}.log`), { flags: 'a' });
    this.#opened.defer(() => void file.end());
    return (line) => {
      this.logs.push({ process: name, line });
      file.write(`${line}\n`);
    };
  }

  async #catalogueIsKnown(url: string): Promise<void> {
    const authorization = `Bearer ${this.users[0]?.token}`;
    await waitFor(`${url} to know the plugin`, async () => {
      const answer = await callApi(url, {
        method: 'GET',
        path: '/api/plugins',
        headers: { authorization },
      });
      if (answer.kind !== 'answered') return false;
      const { items = [] } = answer.body as { items?: { id: string }[] };
      return items.some(({ id }) => id === 'chaos');
    });
  }
}
