import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import tap from 'tap';

import { startForTest } from '../testing/start-for-test.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const run = promisify(execFile);

/** The curl lines of the README's quick start. */
async function readQuickStart(): Promise<string[]> {
  const readme = await readFile(`${ROOT}README.md`, 'utf8');
  const block = /<!-- quick start -->\s*```bash\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  return block.split('\n').filter((line) => line.startsWith('curl'));
}

tap.test('the quick start of the README works as printed', async (t) => {
  const { url, lines: output } = await startForTest(t);
  const lines = await readQuickStart();
  const values: Record<string, string> = {};
  const curl = async (line: string) => {
    const command = line
      .replaceAll('localhost:3000', new URL(url).host)
      .replace('TASK_ID', values['TASK_ID'] ?? '');
    const { stdout } = await run('bash', ['-c', `${command} -s`], { env: { ...process.env, ...values } });
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  t.equal(lines.length, 7);
  const [register = '', login = '', profile = '', createTask = '', executeTask = '', call = '', health = ''] =
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
  const task = await curl(createTask);
  t.match(task, { status: 'pending', priority: 'high' });
  values['TASK_ID'] = String(task['id']);
  t.match(await curl(executeTask), { taskId: task['id'], executionId: String });
  t.match(await curl(call), { result: { message: 'Authenticated plugin execution!' } });
  t.same(await curl(health), { ok: true });
  t.match(output.join('\n'), /"message": "Hello from task!"/);
});
