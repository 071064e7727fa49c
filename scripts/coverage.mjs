// `npm run coverage`: runs every test and measures which lines of the packages ran, in the processes that tests start
// too. Fails below the floor in .c8rc.json. `-- --report` reports the last measurement again.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { resolve } from 'node:path';

const RAW = resolve('.data/coverage');

function run(command, args, env = process.env) {
  const { status } = spawnSync(command, args, { stdio: 'inherit', env });
  if (status !== 0) process.exitCode = status ?? 1;
}

if (!process.argv.includes('--report')) {
  rmSync(RAW, { recursive: true, force: true });
  run('npm', ['test', '--', ...process.argv.slice(2)], {
    ...process.env,
    NODE_V8_COVERAGE: RAW,
    // Functions that come out of the cache are counted less precisely.
    NODE_DISABLE_COMPILE_CACHE: '1',
  });
}
run('c8', ['report']);
