// `npm run doctor -- [--verbose] [--json] [--free-gib 2]`: checks the installation that the environment names.
// Exit 0: no failures (there may be warnings); 1: failures; 2: the command line is wrong; 78: `.env` cannot
// be read.
import { loadEnvFile, reportStartFailure } from '@mcp-server/shared';

import { readArguments } from './arguments.ts';
import { readEnvironment } from './environment.ts';
import { openInstallation } from './installation.ts';
import { loadChecks } from './load-checks.ts';
import { countLevel, formatReport } from './report.ts';
import { runChecks } from './run-checks.ts';

const GIBIBYTE = 2 ** 30;
const EXIT_USAGE = 2;

function readCommandLine() {
  try {
    return readArguments(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return undefined;
  }
}

async function main(): Promise<number> {
  const args = readCommandLine();
  if (!args) return EXIT_USAGE;
  const environment = readEnvironment(process.env);
  const installation = await openInstallation(environment, args.freeGib * GIBIBYTE);
  try {
    const lines = await runChecks(await loadChecks(), installation);
    const [failed, warned] = [countLevel(lines, 'fail'), countLevel(lines, 'warn')];
    const { source } = environment;
    if (args.isJson) process.stdout.write(`${JSON.stringify({ source, failed, warned, lines }, null, 2)}\n`);
    else {
      if (args.isVerbose) process.stdout.write(`Checking ${source}.\n`);
      process.stdout.write(`${formatReport(lines, args)}\n`);
    }
    return failed === 0 ? 0 : 1;
  } finally {
    await installation.close();
  }
}

try {
  loadEnvFile();
  process.exitCode = await main();
} catch (error) {
  process.exitCode = reportStartFailure('the doctor', error);
}
