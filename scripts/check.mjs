// `npm run check`: every check that needs no service, one after the other; stops at the first that fails.
import { spawnSync } from 'node:child_process';

const CHECKS = [
  ['format', ['oxfmt', '--check']],
  ['lint', ['oxlint', '--type-aware', '--deny-warnings']],
  ['prose', ['node', 'scripts/prose/main.ts']],
  ['typecheck', ['tsc', '-b']],
  ['unused code and dependencies', ['knip']],
];

for (const [name, [command, ...args]] of CHECKS) {
  console.log(`\n== ${name}: ${command} ${args.join(' ')}`);
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error(`\n${name} failed`);
    process.exit(status ?? 1);
  }
}
