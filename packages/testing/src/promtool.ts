import { provideExecutable } from '@mcp-server/local';
import { execa } from 'execa';

const PROMTOOL = {
  name: 'promtool',
  packageName: 'prometheus',
  advice: 'Install Prometheus, so that promtool is on PATH: it checks what scrapers get.',
};

/** Complaints of `promtool check metrics` about a scraped text; empty if there are none. */
export async function checkWithPromtool(metrics: string): Promise<string> {
  const promtool = await provideExecutable(PROMTOOL, () => undefined);
  const { exitCode, all } = await execa(promtool, ['check', 'metrics'], {
    input: metrics,
    all: true,
    reject: false,
  });
  return exitCode === 0 ? '' : `exit ${exitCode}: ${all}`;
}
