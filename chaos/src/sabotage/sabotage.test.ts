import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { t } from 'tap';

import { findSabotage, judgeSabotage, SABOTAGES } from './sabotage.ts';

const run = promisify(execFile);
const source = (path: string) => fileURLToPath(new URL(`../../../packages/${path}`, import.meta.url));
const FILES: Record<string, string> = {
  'fence-off': source('shared/src/executions/finish-many.ts'),
  'status-off': source('shared/src/executions/finish-many.ts'),
  'slow-masking': source('plugin-sdk/src/masking/safe-text.ts'),
  'sweep-off': source('worker/src/sweep/sweeper.ts'),
  'deferrals-off': source('worker/src/sweep/sweeper.ts'),
  'silence-off': source('shared/src/connections/replace-silent.ts'),
};

for (const { name, preload } of SABOTAGES) {
  void t.test(`${name} still finds the text that it breaks`, async (t) => {
    const { stdout } = await run(process.execPath, [
      '--conditions=@mcp-server/source',
      '--import',
      preload,
      FILES[name] ?? '',
    ]);

    t.match(stdout, `"${name} in place"`);
  });
}

void t.test('a sabotage counts as noticed only by a rule that it must break', async (t) => {
  const fence = findSabotage('fence-off');
  const lines: string[] = [];
  const judge = (rule: string) => {
    const violations = [{ rule, detail: '' }];
    return judgeSabotage(fence, [{ violations } as never], (line) => lines.push(line));
  };

  t.equal(judge('end-without-attempt'), true);
  t.match(lines.at(-1), '1 passed, 0 failed');
  t.equal(judge('lost'), false);
  t.match(lines.at(-2), 'NOT noticed; broken were: lost');
  t.throws(() => findSabotage('all-off'), { message: /unknown sabotage/ });
});
