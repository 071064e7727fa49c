import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { findFreePort, provideExecutable } from '@mcp-server/local';
import { openNamespace, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { freshSecrets } from '../compose/fresh-secrets.ts';
import { resolveCompose } from '../compose/resolve-compose.ts';
import { buildImages, type Image } from './build-images.ts';
import { asUser } from './unprivileged.ts';

/** `node` in Node's images. */
const USER_ID = 1_000;
const START_MS = 30_000;
/** Time for a complete build: packages from the network, the compiler, two deployments. */
const BUILD_AND_RUN_MS = 280_000;

t.setTimeout(BUILD_AND_RUN_MS);

const dir = mkdtempSync(join(tmpdir(), 'image-test-'));
chmodSync(dir, 0o755);
t.teardown(() => {
  execFileSync('chmod', ['-R', 'u+w', dir]);
  rmSync(dir, { recursive: true });
});
const images = await buildImages(dir);
// As under `read_only: true`.
execFileSync('chmod', ['-R', 'a-w', dir]);

const imageOf = (name: string): Image => {
  const image = images[name];
  if (!image) throw new Error(`the Dockerfile has no target ${name}`);
  return image;
};

const programOf = ({ root }: Image, name: string) =>
  name === 'node' ? join(root, 'usr/local/bin/node') : name;

/** Starts the image's entry point as its user, with the settings of the compose file; ends with the test. */
async function start(t: Test, name: 'api' | 'worker', changes: Record<string, string>) {
  const image = imageOf(name);
  const { environment = {} } = (await resolveCompose(freshSecrets())).services[name] ?? {};
  const env = { ...image.env, ...environment, ...changes, TINI_SUBREAPER: '1', EXIT_WITH_PARENT: '1' };
  const cwd = join(image.root, image.workdir);
  const [init = '', ...rest] = [...image.entrypoint, ...image.command];
  for (const packageName of image.packages) {
    await provideExecutable(
      { name: packageName, packageName, advice: `The image has ${packageName}; put it on PATH.` },
      (line) => t.comment(line),
    );
  }
  const [file = '', ...args] = asUser(USER_ID, [init, ...rest.map((word) => programOf(image, word))]);
  // `env -u` removes the loader of the test runner, which the image does not have.
  const child = spawn('env', ['-u', 'NODE_OPTIONS', file, ...args], {
    cwd,
    env,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
  t.teardown(async () => {
    child.kill('SIGKILL');
    child.stdin.destroy();
    await exited;
  });
  const isHealthy = async () => {
    const [program = '', ...words] = asUser(
      USER_ID,
      image.healthcheck.map((word) => programOf(image, word)),
    );
    const run = promisify(execFile)('env', ['-u', 'NODE_OPTIONS', program, ...words], { cwd, env });
    return run.then(
      () => true,
      () => false,
    );
  };
  await waitFor(`${name} to be healthy`, async () => child.exitCode !== null || isHealthy(), START_MS);
  if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}:\n${output}`);
  return { isHealthy, stop: () => (child.kill('SIGTERM'), exited) };
}

t.test('the images hold no tests, no sources, no development dependencies and no secrets', async (t) => {
  for (const name of ['api', 'worker']) {
    const { root, user } = imageOf(name);
    const files = execFileSync('find', [root, '-type', 'f'], { encoding: 'utf8', maxBuffer: 2 ** 28 }).split(
      '\n',
    );

    t.equal(user, 'node');
    t.ok(files.includes(join(root, 'app/dist/main.js')));
    t.strictSame(
      files.filter((file) =>
        /(mcp-server|\/app\/dist).*(\.test\.|\/testing\/)|\/\.env/.test(file.slice(root.length)),
      ),
      [],
    );
    t.strictSame(
      files.filter((file) => /node_modules\/(typescript|tap|oxlint)\//.test(file)),
      [],
    );
  }
});

t.test('API and worker run as the image starts them, do work, and end on SIGTERM', async (t) => {
  const space = await openNamespace(t);
  const port = await findFreePort();
  const workerPort = await findFreePort();
  const api = await start(t, 'api', { ...space.env, PORT: String(port) });
  const worker = await start(t, 'worker', {
    ...space.env,
    WORKER_PORT: String(workerPort),
    PLUGINS_DIR: t.testdir({}),
  });
  const post = (path: string, body: unknown, token = '') =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
    });

  const registered = await post('/api/auth/register', {
    email: 'image@example.com',
    username: 'image',
    password: 'A-long-enough-passphrase-1',
  });
  const { accessToken } = (await registered.json()) as { accessToken: string };
  const call = { plugin: 'sample', action: 'echo', payload: { message: 'from the image' } };
  const executed = await waitFor('the fleet to run sample', async () => {
    const answer = await post('/mcp/execute', call, accessToken);
    return answer.status === 200 && ((await answer.json()) as Record<string, unknown>);
  });

  t.equal(registered.status, 201);
  t.match(executed, { status: 'completed', result: { message: 'from the image' } });
  for (const running of [worker, api]) {
    t.strictSame(await running.stop(), [0, null], 'exit 0');
    t.notOk(await running.isHealthy(), 'the health check fails for a process that is gone');
  }
});

t.test('the user of the image cannot write to it', async (t) => {
  const { root } = imageOf('api');
  const [file = '', ...args] = asUser(USER_ID, ['find', root, '-not', '-type', 'l', '-writable']);

  t.equal(execFileSync(file, args, { encoding: 'utf8' }), '');
});
