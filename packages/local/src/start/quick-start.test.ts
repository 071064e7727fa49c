import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import tap from 'tap';

import { startForTest } from '../testing/start-for-test.ts';
import { waitFor } from '../testing/test-processes.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

tap.test('every line of docs/quick-start.md gives its answer', async (t) => {
  const { url, lines: output } = await startForTest(t);

  const { stdout } = await promisify(execFile)('node', ['scripts/quick-start.mjs', url], { cwd: ROOT }).catch(
    (error: { stdout: string }) => error,
  );

  for (const line of stdout.split('\n')) t.comment(line);
  t.match(stdout, /\n22 as expected, 0 not\n$/);
  t.match(output.join('\n'), /"message": "Hello from task!"/);
  const [, key = ''] = /^Key: +(mcp_\S+)/m.exec(output.join('\n')) ?? [];
  const reply = await fetch(`${url}/mcp/execute`, {
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json' },
    body: JSON.stringify({ plugin: 'sample', action: 'echo', payload: { message: 'hello' } }),
  });
  t.equal(reply.status, 200, 'the printed key works');

  const [, email = ''] = /^Demo account: +(\S+),/m.exec(output.join('\n')) ?? [];
  const forgot = await fetch(`${url}/api/auth/forgot-password`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email }),
  });
  t.equal(forgot.status, 202);
  const printedLink = () => /mail to .*: (\S+#token=\S+)/.exec(output.join('\n'))?.[1] ?? '';
  await waitFor(
    () => printedLink() !== '',
    () => 'no link was printed',
  );
  const link = printedLink();
  t.equal(new URL(link).port, new URL(url).port);
  const page = await fetch(link);
  t.match(await page.text(), /<form id="reset" method="post">/);
});

tap.test('the quick start of the README consists of lines of docs/quick-start.md', async (t) => {
  const page = (await readFile(`${ROOT}docs/quick-start.md`, 'utf8')).split('\n');
  const readme = await readFile(`${ROOT}README.md`, 'utf8');
  const block = /<!-- quick start -->\s*```bash\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const lines = block.split('\n').filter((line) => line.startsWith('curl'));

  t.equal(lines.length, 7);
  for (const line of lines) t.ok(page.includes(line), line);
});
