import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { NO_ENV_FILE } from '@mcp-server/shared';
import { openNamespace, runEnvironment, startProcess } from '@mcp-server/testing';
import t, { type Test } from 'tap';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** Runs the process to its end. */
async function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ['--conditions=@mcp-server/source', MAIN], {
    env: { PATH: process.env.PATH, ...runEnvironment(), ...NO_ENV_FILE, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output };
}

async function makeDataDir(t: Test): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'mcp-api-'));
  t.teardown(() => rm(dir, { recursive: true }));
  return dir;
}

t.test('a wrong environment ends with 78, names every variable and no value', async (t) => {
  const { code, output } = await run({
    HOST: '0.0.0.0',
    JWT_SECRET: 'short',
    PORT: 'eighty',
    MONGODB_URI: 'http://x',
  });

  t.equal(code, 78);
  for (const name of ['JWT_SECRET', 'REFRESH_TOKEN_SECRET', 'PORT', 'MONGODB_URI']) t.match(output, name);
  t.notMatch(output, /short|eighty|http:\/\/x|\n\s+at /);
});

t.test('production refuses weak secrets on this machine too', async (t) => {
  const { code, output } = await run({ NODE_ENV: 'production', JWT_SECRET: 'a'.repeat(40) });

  t.equal(code, 78);
  t.match(output, /JWT_SECRET: is weak/);
});

t.test('a data folder that cannot be used ends with 78', async (t) => {
  const { code, output } = await run({ DATA_DIR: '/dev/null/x' });

  t.equal(code, 78);
  t.match(output, /DATA_DIR/);
});

t.test('a taken port ends with one line that names the variable', async (t) => {
  const { env } = await openNamespace(t);
  const dataDir = await makeDataDir(t);
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  t.teardown(() => void other.close());
  const { port } = other.address() as AddressInfo;

  const { code, output } = await run({ ...env, DATA_DIR: dataDir, LOG_LEVEL: 'warn', PORT: String(port) });

  t.equal(code, 1);
  t.equal(output, `PORT: ${port} is already in use\n`);
});

t.test('processes that start at once share one secrets file that only its owner reads', async (t) => {
  const { env } = await openNamespace(t);
  const dataDir = await makeDataDir(t);
  const options = { ...env, DATA_DIR: dataDir, DRAIN_DELAY_MS: '0' };

  const [one, two] = await Promise.all([startProcess(t, 'api', options), startProcess(t, 'api', options)]);

  const path = join(dataDir, 'secrets.json');
  t.equal((await stat(path)).mode & 0o777, 0o600);
  const secrets = Object.values(JSON.parse(await readFile(path, 'utf8')) as Record<string, string>);
  t.equal(new Set(secrets).size, 2);
  const registered = await fetch(`${String(one.started.address)}/api/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'mary@example.com', username: 'mary', password: 'Test123456' }),
  });
  const { accessToken } = (await registered.json()) as { accessToken: string };
  const profile = await fetch(`${String(two.started.address)}/api/auth/profile`, {
    headers: { authorization: `Bearer ${accessToken}` },
  });
  t.equal(profile.status, 200);
  t.notMatch([...one.lines, ...two.lines].join('\n'), /Test123456|eyJ/);
  for (const process of [one, two]) t.same(await process.end('SIGTERM'), { code: 0, signal: null });
});

t.test('SIGTERM first makes it unready, and it still responds until it closes', async (t) => {
  const { env } = await openNamespace(t);
  const api = await startProcess(t, 'api', {
    ...env,
    DATA_DIR: await makeDataDir(t),
    DRAIN_DELAY_MS: '1500',
  });
  const ended = api.end('SIGTERM');

  let ready = await fetch(`${String(api.started.address)}/health/ready`);
  while (ready.status === 200) ready = await fetch(`${String(api.started.address)}/health/ready`);
  const health = await fetch(`${String(api.started.address)}/health`);

  t.equal(ready.status, 503);
  t.match(await ready.json(), { status: 'closing', mongodb: { state: 'up' } });
  t.equal(health.status, 200);
  t.equal(health.headers.get('connection'), 'close');
  t.same(await ended, { code: 0, signal: null });
});

t.test('it ends when its parent closes its input', async (t) => {
  const { env } = await openNamespace(t);
  const api = await startProcess(t, 'api', { ...env, DATA_DIR: await makeDataDir(t), DRAIN_DELAY_MS: '0' });
  const exited = once(api.child, 'exit');

  api.child.stdin?.end();

  t.same(await exited, [0, null]);
});
