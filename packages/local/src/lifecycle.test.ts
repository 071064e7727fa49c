import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { MongoClient } from 'mongodb';
import t from 'tap';

import { startLocalServices } from './local-services.ts';
import { connect } from './testing/test-database.ts';
import { processTree, stillAlive, waitFor } from './testing/test-processes.ts';

const MAIN = join(import.meta.dirname, 'main.ts');

/** Without servers of the environment: these tests stop and kill their own. */
const ENV = { ...process.env, MONGODB_URI: '', REDIS_URL: '' };

type Test = Pick<typeof t, 'teardown'>;

function createDataDir(t: Test): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'mcp-local-'));
  t.teardown(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** Starts the command as a process. */
function startCli(dataDir: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, ['--conditions=@mcp-server/source', MAIN, '--data', dataDir, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: ENV,
  });
}

async function readyUrls(cli: ChildProcess): Promise<{ mongodbUri: string; redisUrl: string }> {
  let output = '';
  for await (const chunk of cli.stdout ?? []) {
    output += String(chunk);
    const [, mongodbUri, redisUrl] = /MONGODB_URI=(\S+)\nREDIS_URL=(\S+)\n/.exec(output) ?? [];
    if (mongodbUri !== undefined && redisUrl !== undefined) return { mongodbUri, redisUrl };
  }
  throw new Error('the services did not start');
}

type ProcessList = ReturnType<typeof processTree>;

async function allGone(processes: ProcessList): Promise<void> {
  const describe = (): string => `still alive: ${stillAlive(processes).join(', ')}`;
  await waitFor(() => stillAlive(processes).length === 0, describe, 5_000);
}

async function insertUntilItFails(uri: string): Promise<number[]> {
  const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: 1_000 });
  const acknowledged: number[] = [];
  const items = client.db('durability').collection<{ _id: number }>('items');
  try {
    for (let _id = 0; ; _id += 1) {
      await items.insertOne({ _id });
      acknowledged.push(_id);
    }
  } catch {
    return acknowledged;
  } finally {
    await client.close();
  }
}

t.test('SIGKILL of the starter leaves no process, and no acknowledged write is lost', async (t) => {
  const dataDir = createDataDir(t);
  const cli = startCli(dataDir, []);
  const { mongodbUri } = await readyUrls(cli);
  const processes = processTree(cli.pid ?? 0);
  const names = new Set(processes.map(({ name }) => name));
  t.ok(names.has('postgres') && names.has('redis-server') && processes.length > 10);
  const writing = insertUntilItFails(mongodbUri);
  const probe = await connect(t, mongodbUri);
  await waitFor(
    async () => (await probe.db('durability').collection('items').estimatedDocumentCount()) > 100,
    () => 'nothing was written',
  );

  cli.kill('SIGKILL');
  const acknowledged = await writing;
  await allGone(processes);

  const services = await startLocalServices({ dataDir, env: ENV, log: () => undefined });
  t.teardown(() => services.close());
  const client = await connect(t, services.mongodbUri);
  const stored = new Set(await client.db('durability').collection<{ _id: number }>('items').distinct('_id'));
  t.ok(acknowledged.length > 100);
  t.same(
    acknowledged.filter((id) => !stored.has(id)),
    [],
  );
});

t.test('a new start right after a killed one works', async (t) => {
  const dataDir = createDataDir(t);

  for (let round = 0; round < 3; round += 1) {
    const cli = startCli(dataDir, []);
    await readyUrls(cli);
    cli.kill('SIGKILL');
  }

  const services = await startLocalServices({ dataDir, env: ENV, log: () => undefined });
  const processes = processTree(process.pid).filter(({ pid }) => pid !== process.pid);
  await services.close();
  t.ok(processes.length > 8);
  t.same(stillAlive(processes), []);
});

t.test('a second instance on the same data is rejected', async (t) => {
  const dataDir = createDataDir(t);
  const services = await startLocalServices({ dataDir, env: ENV, log: () => undefined });
  t.teardown(() => services.close());

  const start = startLocalServices({ dataDir, env: ENV, log: () => undefined });

  await t.rejects(start, {
    name: 'LocalServiceError',
    message: new RegExp(`${dataDir} is in use by process ${process.pid}`),
  });
});

t.test('the command gets both URLs, and its exit code is returned', async (t) => {
  const dataDir = createDataDir(t);
  const script = 'process.exitCode = process.env.MONGODB_URI && process.env.REDIS_URL ? 7 : 1';

  const cli = startCli(dataDir, ['--', process.execPath, '-e', script]);
  const [code] = await once(cli, 'exit');

  t.equal(code, 7);
});

t.test('SIGTERM reaches the command, and the servers stop after it', async (t) => {
  const dataDir = createDataDir(t);
  const script =
    'process.on("SIGTERM", () => process.exit(3)); setInterval(() => {}, 1000); console.log("up")';
  const cli = startCli(dataDir, ['--', process.execPath, '-e', script]);
  await once(cli.stdout ?? cli, 'data');
  const processes = processTree(cli.pid ?? 0);
  cli.kill('SIGTERM');
  const [code] = await once(cli, 'exit');

  t.equal(code, 3);
  t.same(stillAlive(processes), []);
  t.match(readFileSync(join(dataDir, 'documentdb/postgres.log'), 'utf8'), /database system is shut down/);
});

t.test('a command that cannot be run is an error with a message', async (t) => {
  const dataDir = createDataDir(t);

  const cli = startCli(dataDir, ['--', '/no/such/command']);
  let errors = '';
  cli.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = await once(cli, 'close');

  t.equal(code, 69);
  t.match(errors, /\/no\/such\/command cannot be run/);
});

t.test('servers that the environment names are used', async (t) => {
  const dataDir = createDataDir(t);
  const env = { MONGODB_URI: 'mongodb://db.example/x', REDIS_URL: 'redis://cache.example' };

  const services = await startLocalServices({ dataDir, env, log: () => undefined });
  await services.close();

  t.match(services, { mongodbUri: env.MONGODB_URI, redisUrl: env.REDIS_URL });
  t.equal(services.mongodb, undefined);
  t.equal(services.redis, undefined);
});
