// `npm run screenshots`: starts an API and a worker on empty data, logs in as an admin and opens the dashboard with a
// finished jobs and the documentation page in Debian's Chromium. Not part of the tests; it writes docs/images/.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMAGES = `${ROOT}docs/images`;
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const ACCOUNT = {
  email: 'admin@example.com',
  username: 'admin',
  password: randomBytes(18).toString('base64url'),
};

const prefix = `screenshots-${randomBytes(4).toString('hex')}`;
const mongodb = new URL(process.env.MONGODB_URI);
mongodb.pathname = `/${prefix}`;
const env = {
  ...process.env,
  ENV_FILE: 'none',
  MONGODB_URI: mongodb.href,
  REDIS_PREFIX: prefix,
  PORT: '0',
  WORKER_PORT: '0',
  DRAIN_DELAY_MS: '0',
  JWT_SECRET: randomBytes(32).toString('hex'),
  REFRESH_TOKEN_SECRET: randomBytes(32).toString('hex'),
};

/** Resolves to the process and its start message. */
async function start(main, message) {
  const child = spawn('node', ['--conditions=@mcp-server/source', main], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.includes(message)) continue;
    child.stdout.resume();
    return { child, started: JSON.parse(line) };
  }
  throw new Error(`${main} did not start`);
}

async function post(url, path, body, headers = {}) {
  const reply = await fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return reply.json();
}

/** Runs an execution to its end; the worker may need a moment to publish its plugins. */
async function runSome(url) {
  const { accessToken } = await post(url, '/api/auth/register', { ...ACCOUNT, role: 'admin' });
  const headers = { authorization: `Bearer ${accessToken}` };
  for (let completed = 0; completed < 3;) {
    const call = { plugin: 'sample', action: 'echo', payload: { message: 'Hello' } };
    if ((await post(url, '/mcp/execute', call, headers)).status === 'completed') completed += 1;
  }
  const bad = { plugin: 'sample', action: 'fail', payload: { fatal: true } };
  const { status } = await post(url, '/mcp/execute', bad, headers);
  if (status !== 'failed') throw new Error(`sample.fail ended as ${status}`);
}

async function shoot(url) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
  const page = await browser.newPage({ viewport: { width: 1_280, height: 800 } });
  const pageErrors = [];
  page.on('pageerror', (error) => pageErrors.push(error.message));
  await page.goto(`${url}/admin/queues`);
  await page.fill('input[name=email]', ACCOUNT.email);
  await page.fill('input[name=password]', ACCOUNT.password);
  await page.click('button');
  await page.waitForURL('**/admin/queues/');
  await page.goto(`${url}/admin/queues/queue/pool-default?status=failed`);
  await page.getByText('sample.fail').first().waitFor();
  await page.screenshot({ path: `${IMAGES}/dashboard.png` });
  await page.goto(`${url}/docs/`);
  await page.getByText('/mcp/execute').first().waitFor();
  await page.screenshot({ path: `${IMAGES}/docs.png` });
  await browser.close();
  if (pageErrors.length > 0) throw new Error(`the pages logged errors: ${pageErrors.join('; ')}`);
}

mkdirSync(IMAGES, { recursive: true });
const children = [];
try {
  const api = await start('packages/api/src/main.ts', '"msg":"api listening"');
  children.push(api.child);
  const worker = await start('packages/worker/src/main.ts', '"msg":"worker started"');
  children.push(worker.child);
  await runSome(api.started.address);
  await shoot(api.started.address);
  console.log('wrote docs/images/dashboard.png and docs/images/docs.png');
} finally {
  for (const child of children) {
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
  }
}
