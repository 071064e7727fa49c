// `npm run broken-setups -- [--bare] [NAME…]`: starts the API, a worker and `npm start` with each broken setup and checks
// that they end by themselves, say why, and print no password. `--bare` leaves `npm start` out. About four minutes.
import { parseArgs } from 'node:util';

import { loadSetups } from './load-setups.ts';
import { runSetup } from './run-setup.ts';

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { values, positionals } = parseArgs({
  options: { bare: { type: 'boolean', default: false } },
  allowPositionals: true,
});
let [passed, failed] = [0, 0];
for (const [name, setup] of await loadSetups(positionals)) {
  for (const { subject, ms, line, faults } of await runSetup(setup, {
    isBare: true,
    hasStart: !values.bare,
  })) {
    const isRight = faults.length === 0;
    if (isRight) passed += 1;
    else failed += 1;
    say(
      `${isRight ? 'ok  ' : 'FAIL'}  ${name.padEnd(28)} ${subject.padEnd(9)} ${String(ms).padStart(6)} ms  ${line}`,
    );
    for (const fault of faults) say(`      ${fault.trimEnd().replaceAll('\n', '\n      ')}`);
  }
}
say(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;
