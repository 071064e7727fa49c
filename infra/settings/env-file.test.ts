import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { findFreePort } from '@mcp-server/local';
import { type Namespace, openNamespace, startProcess } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { freshSecrets } from '../compose/fresh-secrets.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const entryOf = (path: string) => ['--conditions=@mcp-server/source', `${ROOT}packages/${path}/main.ts`];
const { JWT_SECRET = '', REFRESH_TOKEN_SECRET = '', ADMIN_API_KEY = '' } = freshSecrets();
const CORS_ORIGIN = 'https://app.example.com';
const LIMIT = 50;
/** Environment of a process in which no setting is set: an empty `ENV_FILE` counts as unset. */
const environment = {
  PATH: process.env['PATH'],
  HOME: process.env['HOME'],
  ENV_FILE: '',
  EXIT_WITH_PARENT: '1',
};

/** A folder with a .env such as users have, for stores of its own. */
async function makeFolder(t: Test, { env }: Namespace): Promise<{ folder: string; url: string }> {
  const port = await findFreePort();
  const settings = {
    ...env,
    JWT_SECRET,
    REFRESH_TOKEN_SECRET,
    ADMIN_API_KEY,
    RATE_LIMIT_MAX_REQUESTS: LIMIT,
    CORS_ORIGIN,
    PORT: port,
    DATA_DIR: join(t.testdirName, 'data'),
    WORKER_PORT: 0,
    DRAIN_DELAY_MS: 0,
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  return { folder: t.testdir({ '.env': lines.join(''), data: {} }), url: `http://127.0.0.1:${port}` };
}

/** Starts a process in the folder and resolves when it has written this text; the teardown ends it. */
async function start(t: Test, folder: string, args: string[], startedText: string): Promise<string[]> {
  const child = spawn(process.execPath, args, {
    cwd: folder,
    env: environment,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.includes(startedText)) return lines;
  }
  throw new Error(`it ended:\n${lines.join('\n')}`);
}

/** Checks that each setting of the .env changes what the API does. */
async function checkEffects(t: Test, url: string): Promise<void> {
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  const admin = {
    email: 'boss@example.com',
    username: 'boss',
    password: 'SecurePassword123!',
    role: 'admin',
  };

  const refused = await post('/api/auth/register', admin);
  const registered = await post('/api/auth/register', admin, { 'X-Admin-Key': ADMIN_API_KEY });
  const { accessToken } = (await registered.json()) as { accessToken: string };
  const [head, payload, signature] = accessToken.split('.');
  const page = await fetch(`${url}/ws/info`, { headers: { Origin: CORS_ORIGIN } });
  const statuses: number[] = [];
  while (statuses.length <= LIMIT && statuses.at(-1) !== 429)
    statuses.push((await fetch(`${url}/ws/info`)).status);

  t.equal(refused.status, 403);
  t.match(await refused.json(), { code: 'admin_refused', detail: /X-Admin-Key.*ADMIN_API_KEY/ });
  t.equal(registered.status, 201);
  t.equal(createHmac('sha256', JWT_SECRET).update(`${head}.${payload}`).digest('base64url'), signature);
  t.equal(page.headers.get('access-control-allow-origin'), CORS_ORIGIN);
  t.equal(page.headers.get('ratelimit-limit'), String(LIMIT));
  t.equal(statuses.at(-1), 429, `at most ${LIMIT} requests a window`);
}

t.test('npm start takes its settings from .env', async (t) => {
  const { folder, url } = await makeFolder(t, await openNamespace(t));

  const lines = await start(t, folder, entryOf('local/src/start'), 'Everything is up');

  t.match(lines.join('\n'), '[start] read settings from .env');
  t.match(lines.join('\n'), 'Redis: as REDIS_URL says');
  const { stdout } = await promisify(execFile)(
    'node',
    [`${ROOT}scripts/quick-start.mjs`, url, '--section', 'Containers'],
    { env: { ...environment, ADMIN_API_KEY } },
  ).catch((error: { stdout: string }) => error);
  t.match(stdout, /\n1 as expected, 0 not\n$/, stdout);
  await checkEffects(t, url);
});

t.test('an API that is started by hand takes its settings from .env', async (t) => {
  const { folder, url } = await makeFolder(t, await openNamespace(t));

  await start(t, folder, entryOf('api/src'), '"msg":"api listening"');

  await checkEffects(t, url);
});

t.test('so do a worker and the doctor', async (t) => {
  const folder = t.testdir({ '.env': 'REDIS_URL=http://redis\nMONGODB_URI=http://mongodb\n' });
  const run = (path: string) => spawnSync(process.execPath, entryOf(path), { cwd: folder, env: environment });

  const worker = run('worker/src');
  const doctor = run('doctor/src');

  t.equal(worker.status, 78);
  t.match(String(worker.stderr), /MONGODB_URI: must begin with[\s\S]*REDIS_URL: must begin with/);
  t.match(String(doctor.stdout), /REDIS_URL: must begin with/);
});

t.test('processes of the tests read no .env, whatever it says', async (t) => {
  const before = process.cwd();
  t.teardown(() => process.chdir(before));
  process.chdir(t.testdir({ '.env': 'LOG_LEVEL=loud\nWORKER_POOLS=other\nRATE_LIMIT_MAX_REQUESTS=1\n' }));
  const space = await openNamespace(t);

  const worker = await startProcess(t, 'worker', space.env);
  const { started } = await startProcess(t, 'api', space.env);

  t.match(worker.started, { pools: ['default'] });
  const info = () => fetch(`http://127.0.0.1:${String(started['port'])}/ws/info`);
  t.same([(await info()).status, (await info()).status], [200, 200]);
});
