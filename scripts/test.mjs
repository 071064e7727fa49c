// Runs every test with tap and shows one line per file, the whole output of a file that failed, and at the end
// `N passed, N failed`, counted in tests (the sentences), not in assertions. A skipped test fails the run.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const child = spawn('tap', ['run', '--reporter=tap', '--no-color', ...process.argv.slice(2)], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
const counts = { passed: 0, failed: 0, skipped: 0 };
const everything = [];
let fileOutput = [];

for await (const line of createInterface({ input: child.stdout })) {
  everything.push(line);
  fileOutput.push(line);
  // The tour of `npm start` prints the status of every route.
  const visit = /^\s+# (?<line>\d{3} [A-Z]+ \/.*)$/.exec(line);
  if (visit) console.log(`  ${visit.groups.line}`);
  const test = /^ {4}(not )?ok \d+ - /.exec(line);
  if (test) {
    if (/# (SKIP|TODO)/i.test(line)) counts.skipped += 1;
    else if (test[1]) counts.failed += 1;
    else counts.passed += 1;
  }
  const file = /^(not )?ok \d+ - (\S+\.test\.ts)(.*)$/.exec(line);
  if (!file) continue;
  if (file[1]) console.log(fileOutput.join('\n'));
  else console.log(`${file[2]}${/# time=\S+/.exec(file[3])?.[0].replace('# time=', ' ') ?? ''}`);
  fileOutput = [];
}
const code = await new Promise((resolve) => {
  if (child.exitCode === null) child.once('exit', resolve);
  else resolve(child.exitCode);
});
mkdirSync('.tap', { recursive: true });
writeFileSync('.tap/report.tap', everything.join('\n'));
if (code !== 0 && counts.failed === 0) {
  console.log(fileOutput.join('\n'));
  counts.failed = 1;
}
console.log(
  `\n${counts.passed} passed, ${counts.failed} failed${counts.skipped > 0 ? `, ${counts.skipped} skipped` : ''}`,
);
process.exitCode = code === 0 && counts.skipped === 0 && counts.passed > 0 ? 0 : 1;
