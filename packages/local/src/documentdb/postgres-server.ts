import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { runCommand, ServerProcess } from '../server-process.ts';
import { LocalServiceError } from '../service-error.ts';
import type { Log } from '../service.ts';
import { chrootCommand, DATA_MOUNT, postgresUserId } from './chroot-command.ts';

const BIN = '/usr/lib/postgresql/18/bin';
const CLUSTER = `${DATA_MOUNT}/cluster`;
const SOCKETS = `${DATA_MOUNT}/run`;
const SOCKET = '.s.PGSQL.5432';
/** Upper bound for the end of a killed predecessor's processes. */
const PREDECESSOR_MS = 10_000;
const PREDECESSOR_STEP_MS = 100;
const PREDECESSOR_ALIVE = /pre-existing shared memory block|lock file .* already exists/;

const SETTINGS: Readonly<Record<string, string>> = {
  // No TCP: only root and the gateway reach the socket, in a directory closed to other users.
  listen_addresses: '',
  unix_socket_directories: SOCKETS,
  shared_preload_libraries: 'pg_cron,pg_documentdb_core,pg_documentdb,pg_documentdb_extended_rum',
  // Indexes that return documents in their order. With the default ones, every sorted page sorts all matches.
  'documentdb.alternate_index_handler_name': 'extended_rum',
  // The same for indexes in which another field is an array.
  'documentdb.enableIndexMetadataGlobalTracking': 'on',
  'cron.database_name': 'postgres',
  'cron.use_background_workers': 'on',
  'documentdb.localhost_connection_string': `host=${SOCKETS}`,
  // A deadlock rolls back the whole command, which the gateway reruns; otherwise it would be a write error.
  'documentdb.throwDeadlockOnCRUD': 'on',
  // Cursors are files and not tied to a session, which could hold only one.
  'documentdb.useFileBasedPersistedCursors': 'on',
  // A wait of this length is most often a deadlock; the default is a second.
  deadlock_timeout: '100ms',
  max_connections: '100',
  // Compiling takes longer than the engine's short statements.
  jit: 'off',
  // Acknowledged writes survive SIGKILL of the server.
  synchronous_commit: 'on',
};

/** PostgreSQL with the DocumentDB extension in its chroot, on a Unix socket. */
export class PostgresServer {
  readonly #root: string;
  readonly #dataDir: string;
  readonly #log: Log;
  #server: ServerProcess | undefined;

  constructor(root: string, dataDir: string, log: Log) {
    this.#root = root;
    this.#dataDir = dataDir;
    this.#log = log;
  }

  get socketDir(): string {
    return join(this.#dataDir, 'run');
  }

  get isRunning(): boolean {
    return this.#server?.isRunning ?? false;
  }

  logTail(): string {
    return this.#server?.logTail() ?? '';
  }

  /** Launches the server and waits for its socket; the gateway waits until it answers. */
  async start(): Promise<void> {
    await this.#prepareDataDir();
    const deadline = Date.now() + PREDECESSOR_MS;
    for (;;) {
      this.#server = this.#launch();
      const hasEnded = await Promise.race([this.#server.exited.then(() => true), this.#listens()]);
      if (!hasEnded) return;
      const reason = this.logTail();
      if (!PREDECESSOR_ALIVE.test(reason) || Date.now() > deadline) {
        throw new LocalServiceError(`PostgreSQL ended during its start:\n${reason}`);
      }
      await delay(PREDECESSOR_STEP_MS);
    }
  }

  async kill(): Promise<void> {
    const server = this.#server;
    const first = server?.isRunning ? firstChildOf(server.pid) : undefined;
    await server?.kill();
    // The namespace's first process ends after all others; until then statements may still be answered.
    const isAlive = () => first !== undefined && existsSync(`/proc/${first}`);
    while (isAlive()) await delay(5);
  }

  /** Fast shutdown: aborts running statements; acknowledged writes are on disk. */
  async stop(): Promise<void> {
    const server = this.#server;
    await server?.stop(() => {
      const pid = firstChildOf(server.pid);
      if (pid === undefined) server.signal('SIGKILL');
      else process.kill(pid, 'SIGINT');
    });
  }

  #launch(): ServerProcess {
    const settings = Object.entries(SETTINGS).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const command = chrootCommand(this.#root, this.#dataDir, [`${BIN}/postgres`, '-D', CLUSTER, ...settings]);
    return new ServerProcess(command, join(this.#dataDir, 'postgres.log'));
  }

  /** Resolves to false (not ended) when the socket exists; PostgreSQL creates it after its lock files. */
  async #listens(): Promise<false> {
    const socket = join(this.socketDir, SOCKET);
    while (!existsSync(socket) && this.isRunning) await delay(10);
    return false;
  }

  async #prepareDataDir(): Promise<void> {
    const userId = postgresUserId(this.#root);
    const cluster = join(this.#dataDir, 'cluster');
    // A killed server's socket would be mistaken for the new one. The directory stays: the gateway's working directory.
    rmSync(join(this.socketDir, SOCKET), { force: true });
    for (const dir of [this.#dataDir, this.socketDir]) {
      mkdirSync(dir, { recursive: true, mode: 0o700 });
      chownSync(dir, userId, userId);
    }
    if (!existsSync(join(cluster, 'PG_VERSION'))) {
      await this.#initialize(cluster);
    } else if (statSync(cluster).uid !== userId) {
      // A rebuilt chroot may number its users differently.
      await runCommand(['chown', '-R', `${userId}:${userId}`, cluster]);
    }
  }

  async #initialize(cluster: string): Promise<void> {
    this.#log('creating the database files');
    // Remains of an interrupted initdb.
    rmSync(cluster, { recursive: true, force: true });
    const fresh = `${CLUSTER}.new`;
    rmSync(join(this.#dataDir, 'cluster.new'), { recursive: true, force: true });
    const initdb = [
      `${BIN}/initdb`,
      '-D',
      fresh,
      '-U',
      'postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ];
    await runCommand(
      chrootCommand(this.#root, this.#dataDir, [
        'sh',
        '-c',
        `"$@" && mv ${fresh} ${CLUSTER}`,
        'sh',
        ...initdb,
      ]),
    );
  }
}

/** The server's process id: `unshare` does not forward signals, and the server is its only child. */
function firstChildOf(pid: number | undefined): number | undefined {
  if (pid === undefined) return undefined;
  const child = Number.parseInt(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8'), 10);
  return Number.isNaN(child) ? undefined : child;
}
