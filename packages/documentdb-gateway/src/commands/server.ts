import { availableParallelism, arch, hostname, totalmem, type } from 'node:os';

import { serialize } from 'bson';

import { CommandError } from '../command-error.ts';
import type { CommandHandler, CommandHandlers } from '../command.ts';
import { MAX_MESSAGE_BYTES } from '../frame-reader.ts';

/** Wire version and release of MongoDB that the gateway follows. */
const WIRE_VERSION = 21;
const VERSION = '7.0.0';
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024;
/** Limit of the engine (documentdb.maxWriteBatchSize). */
const MAX_BATCH_STATEMENTS = 25_000;

const OK = serialize({ ok: 1 });

/**
 * Presents a standalone server: drivers then use neither retryable writes (txnNumber) nor transactions, which the
 * engine's functions do not support. Sessions are announced, accepted and ignored.
 */
const hello: CommandHandler = ({ command, connectionId }) =>
  serialize({
    helloOk: true,
    [command.name === 'hello' ? 'isWritablePrimary' : 'ismaster']: true,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    maxMessageSizeBytes: MAX_MESSAGE_BYTES,
    maxWriteBatchSize: MAX_BATCH_STATEMENTS,
    localTime: new Date(),
    logicalSessionTimeoutMinutes: 30,
    connectionId,
    minWireVersion: 0,
    maxWireVersion: WIRE_VERSION,
    readOnly: false,
    ok: 1,
  });

/** Runs a statement, so that an answer proves that the engine works. */
const ping: CommandHandler = async (_request, { pool }) => {
  await pool.run({ name: 'ping', text: 'SELECT 1' }, []);
  return OK;
};

const buildInfo: CommandHandler = async (_request, { pool }) => {
  const rows = await pool.run(
    { name: 'build_info', text: 'SELECT documentdb_api.binary_extended_version()' },
    [],
  );
  return serialize({
    version: VERSION,
    versionArray: [...VERSION.split('.').map(Number), 0],
    gitVersion: 'unknown',
    modules: [],
    storageEngines: ['documentdb'],
    documentdb: String(rows[0]?.[0]),
    bits: 64,
    debug: false,
    maxBsonObjectSize: MAX_DOCUMENT_BYTES,
    ok: 1,
  });
};

const hostInfo: CommandHandler = () =>
  serialize({
    system: {
      currentTime: new Date(),
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: Math.round(totalmem() / 2 ** 20),
      numCores: availableParallelism(),
      cpuArch: arch(),
    },
    os: { type: type() },
    ok: 1,
  });

/** Facts about the gateway process; MongoDB's engine counters are left out. */
const serverStatus: CommandHandler = () =>
  serialize({
    host: hostname(),
    version: VERSION,
    process: 'documentdb-gateway',
    pid: process.pid,
    uptime: Math.floor(process.uptime()),
    localTime: new Date(),
    storageEngine: { name: 'documentdb' },
    ok: 1,
  });

const connectionStatus: CommandHandler = () =>
  serialize({ authInfo: { authenticatedUsers: [], authenticatedUserRoles: [] }, ok: 1 });

const getParameter: CommandHandler = () =>
  serialize({ featureCompatibilityVersion: { version: VERSION.slice(0, 3) }, ok: 1 });

const acknowledge: CommandHandler = () => OK;

/** Refuses every login, as MongoDB refuses a wrong password: a client must not believe that the port is protected. */
const refuseLogin: CommandHandler = () => {
  throw new CommandError(
    'AuthenticationFailed',
    'Authentication failed: this gateway has no users; remove user and password from the connection string',
  );
};

export const serverCommands: CommandHandlers = {
  hello,
  isMaster: hello,
  ismaster: hello,
  ping,
  buildInfo,
  buildinfo: buildInfo,
  hostInfo,
  serverStatus,
  connectionStatus,
  getParameter,
  saslStart: refuseLogin,
  saslContinue: refuseLogin,
  authenticate: refuseLogin,
  startSession: acknowledge,
  refreshSessions: acknowledge,
  endSessions: acknowledge,
  killSessions: acknowledge,
};
