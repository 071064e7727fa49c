import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { dieWithParent, findFreePort, provideExecutable, ServerProcess } from '@mcp-server/local';
import { createRedis } from '@mcp-server/shared';
import { openNamespace, startProcess, waitFor } from '@mcp-server/testing';
import t, { type Test } from 'tap';

import { freshSecrets } from '../compose/fresh-secrets.ts';

const REDIS = {
  name: 'redis-server',
  packageName: 'redis-server',
  advice: 'This test needs redis-server on PATH.',
};
const { REDIS_PASSWORD = '' } = freshSecrets();

/** Starts Redis like the container, on a free port and in a temporary folder. */
async function startRedis(t: Test) {
  await provideExecutable(REDIS, (line) => t.comment(line));
  const dir = mkdtempSync(join(tmpdir(), 'redis-test-'));
  chmodSync(dir, 0o700);
  for (const file of ['redis.conf', 'start.sh']) cpSync(join(import.meta.dirname, file), join(dir, file));
  const port = await findFreePort();
  const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', dir];
  const environment = ['env', `TMPDIR=${dir}`, `REDIS_PASSWORD=${REDIS_PASSWORD}`];
  const command = [...environment, ...dieWithParent(['sh', join(dir, 'start.sh'), ...place])];
  const server = new ServerProcess(command, join(dir, 'redis.log'));
  t.teardown(async () => {
    await server.stop(() => server.signal('SIGTERM'));
    rmSync(dir, { recursive: true });
  });
  await waitFor('Redis', () => !server.isRunning || /Ready to accept|ACL/.test(server.logTail()));
  if (!server.isRunning) throw new Error(`Redis does not start:\n${server.logTail()}`);
  const url = (credentials: string) => `redis://${credentials}127.0.0.1:${port}`;
  return { url, server, port: String(port) };
}

function connectTo(t: Test, url: string) {
  const redis = createRedis(url, 'consumer', () => undefined);
  t.teardown(async () => redis.disconnect());
  return redis;
}

t.test(
  'the product works as the user that start.sh creates, which cannot wipe the server or read other data',
  async (t) => {
    const redis = await startRedis(t);
    const space = await openNamespace(t);
    const url = redis.url(`mcp:${REDIS_PASSWORD}@`);
    const client = connectTo(t, url);
    await waitFor('Redis', () => client.ping());
    const env = { ...space.env, REDIS_URL: url, REDIS_PREFIX: 'mcp' };
    await startProcess(t, 'worker', env);
    const { started } = await startProcess(t, 'api', env);
    const post = (path: string, body: unknown, token = '') =>
      fetch(`http://127.0.0.1:${String(started['port'])}${path}`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...(token && { Authorization: `Bearer ${token}` }) },
      });
    const account = { email: 'redis@example.com', username: 'redis', password: 'A-long-enough-passphrase-1' };
    const { accessToken } = (await (await post('/api/auth/register', account)).json()) as {
      accessToken: string;
    };

    const executed = await waitFor('an action to be executed', async () => {
      const call = { plugin: 'sample', action: 'echo', payload: { message: 'through the ACL' } };
      const answer = await post('/mcp/execute', call, accessToken);
      return answer.status === 200 && ((await answer.json()) as { result: unknown });
    });
    const ready = await fetch(`http://127.0.0.1:${String(started['port'])}/health/ready`);

    t.match(executed.result, { message: 'through the ACL' });
    t.match(await ready.json(), { status: 'ready', redis: { state: 'up' } });
    for (const command of [
      ['FLUSHALL'],
      ['CONFIG', 'GET', '*'],
      ['SHUTDOWN'],
      ['KEYS', '*'],
      ['GET', 'other:key'],
    ]) {
      await t.rejects(client.call(...(command as [string])), /NOPERM/, command.join(' '));
    }
    t.match(await client.info('persistence'), 'aof_enabled:1');
    t.match(await client.info('memory'), 'maxmemory_policy:noeviction');
    t.notMatch(await client.info('memory'), 'maxmemory:0\r');
  },
);

t.test('redis-cli in the container can read as the default user and cannot write', async (t) => {
  const redis = await startRedis(t);
  const product = connectTo(t, redis.url(`mcp:${REDIS_PASSWORD}@`));
  await waitFor('Redis', () => product.set('mcp:key', 'value'));
  const ask = async (...command: string[]) => {
    const args = ['-p', redis.port, ...command];
    const env = { PATH: process.env['PATH'], REDISCLI_AUTH: REDIS_PASSWORD };
    return (await promisify(execFile)('redis-cli', args, { env })).stdout.trim();
  };

  t.equal(await ask('PING'), 'PONG');
  t.match(await ask('INFO', 'stats'), /^# Stats\r\ntotal_connections_received:/);
  t.equal(await ask('DBSIZE'), '1');
  t.equal(await ask('GET', 'mcp:key'), 'value');
  for (const command of [
    ['SET', 'mcp:key', 'x'],
    ['DEL', 'mcp:key'],
    ['FLUSHALL'],
    ['CONFIG', 'GET', '*'],
    ['KEYS', '*'],
    ['GET', 'other:key'],
    ['PUBLISH', 'mcp:channel', 'x'],
  ]) {
    t.match(await ask(...command), /NOPERM/, command.join(' '));
  }
  t.equal(await product.get('mcp:key'), 'value');
});

t.test('connections without the password are refused', async (t) => {
  const redis = await startRedis(t);
  const client = connectTo(t, redis.url(`mcp:${REDIS_PASSWORD}@`));
  await waitFor('Redis', () => client.ping());

  await t.rejects(connectTo(t, redis.url('')).get('mcp:key'), /NOAUTH/);
  for (const credentials of ['mcp:wrong@', ':wrong@']) {
    const intruder = connectTo(t, redis.url(credentials));
    await t.rejects(intruder.get('mcp:key'), /NOAUTH|WRONGPASS/);
  }
});
