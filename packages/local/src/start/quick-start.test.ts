import { execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import tap from 'tap';

import { findFreePort } from '../free-port.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const run = promisify(execFile);

/** The curl lines of the README's quick start, as they stand there. */
async function readQuickStart(): Promise<string[]> {
  const readme = await readFile(`${ROOT}README.md`, 'utf8');
  const block = /<!-- quick start -->\s*```bash\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  return block.split('\n').filter((line) => line.startsWith('curl'));
}

/** `npm start` on empty data, with a database and a Redis prefix of its own on the servers of the test run. */
async function startProduct(
  t: Pick<typeof tap, 'testdir' | 'teardown'>,
): Promise<{ port: number; output: string[] }> {
  const name = `quick-start-${randomBytes(4).toString('hex')}`;
  const mongodbUri = new URL(process.env['MONGODB_URI'] ?? '');
  mongodbUri.pathname = `/${name}`;
  const port = await findFreePort();
  const child = spawn('npm', ['start'], {
    cwd: ROOT,
    env: {
      ...process.env,
      MONGODB_URI: mongodbUri.href,
      REDIS_PREFIX: name,
      PORT: String(port),
      DATA_DIR: t.testdir({}),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  t.teardown(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  const output: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    output.push(line);
    if (line.includes('Everything is up')) break;
  }
  return { port, output };
}

tap.test('the quick start of the README works as it stands', async (t) => {
  const { port, output } = await startProduct(t);
  const lines = await readQuickStart();
  const values: Record<string, string> = {};
  const curl = async (line: string) => {
    const command = line
      .replaceAll('localhost:3000', `127.0.0.1:${port}`)
      .replace('TASK_ID', values['TASK_ID'] ?? '');
    const { stdout } = await run('bash', ['-c', `${command} -s`], { env: { ...process.env, ...values } });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  t.equal(lines.length, 7);
  const [register = '', login = '', profile = '', makeTask = '', executeTask = '', call = '', health = ''] =
    lines;

  t.match(await curl(register), { user: { role: 'admin' } });
  t.match(
    await curl(register.replace('admin@', 'second@').replace('"username":"admin"', '"username":"second"')),
    {
      status: 403,
      code: 'admin_refused',
    },
  );
  const session = await curl(login);
  values['TOKEN'] = String(session['accessToken']);
  t.match(await curl(profile), { email: 'admin@example.com', role: 'admin' });
  const task = await curl(makeTask);
  t.match(task, { status: 'pending', priority: 'high' });
  values['TASK_ID'] = String(task['id']);
  t.match(await curl(executeTask), { taskId: task['id'], executionId: String });
  t.match(await curl(call), { result: { message: 'Authenticated plugin execution!' } });
  t.same(await curl(health), { ok: true });
  t.match(output.join('\n'), /"message": "Hello from task!"/);
});
