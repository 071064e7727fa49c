import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

import { provideExecutable } from '@mcp-server/local';

const PROMTOOL = {
  name: 'promtool',
  packageName: 'prometheus',
  advice: 'Install Prometheus, so that promtool is on PATH: it checks what scrapers get.',
};

/** Problems that `promtool check metrics` finds in a scraped text; empty if there are none. */
export async function checkWithPromtool(metrics: string): Promise<string> {
  const promtool = await provideExecutable(PROMTOOL, () => undefined);
  const child = spawn(promtool, ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  child.stdin.end(metrics);
  const [output, problems, [code]] = await Promise.all([text(child.stdout), text(child.stderr), exited]);
  return code === 0 ? '' : `exit ${code}: ${output}${problems}`;
}
