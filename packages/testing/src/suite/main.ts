// `npm test`: runs every test file, several at a time. Shows one line per file, the whole output of a file that failed,
// and at the end the files that used most CPU time and `N passed, N failed`. No process, connection, key or database may be left afterwards.
//   npm test -- PATH…             these files, and all in these folders
//   npm test -- --changed [REF]   the files that import a module changed since this branch left REF (default: main)
//   JOBS=2 npm test               number of files at a time (default: one more than there are cores)
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';

import { findTestFilesAt, findTestFilesOf, listChangedFiles, listTestFiles } from './choose-test-files.ts';
import { EarlierRuns } from './earlier-runs.ts';
import { findLeftovers, RUN_MARK, takeInventory } from './find-leftovers.ts';
import { hashImageInputs, IMAGE_TEST } from './image-inputs.ts';
import { runTestFile, type FileResult } from './run-test-file.ts';

/** One more than the number of cores: tests wait for leases, restarts and time limits. More would disturb those that measure. */
const JOBS = Number(process.env['JOBS']) || availableParallelism() + 1;
/** Files in the table of costs. */
const DEAREST = 20;
/** The tour of `npm start` prints the status of every route. */
const VISIT = /^# (?<line>\d{3} [A-Z]+ \/.*)$/;

const args = process.argv.slice(2);
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const earlier = new EarlierRuns('.tap/earlier-runs.json');
const imageInputs = hashImageInputs();
const run = randomBytes(3).toString('hex');
const env = {
  NODE_COMPILE_CACHE: resolve('.data/compile-cache'),
  ...process.env,
  // Tests never read the developer's .env.
  ENV_FILE: 'none',
  [RUN_MARK]: run,
};
const total = { passed: 0, failed: 0 };
const report: string[] = [];
const costs: { file: string; ms: number; cpuMs: number }[] = [];

const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stopped.abort());

function chooseFiles(): string[] {
  if (args[0] === '--changed') return findTestFilesOf(listChangedFiles(args[1]));
  if (args.length > 0) return findTestFilesAt(args);
  const isImageKnown = earlier.hasPassed(IMAGE_TEST, imageInputs);
  if (isImageKnown) say(`${IMAGE_TEST} passed here with the same inputs: not run again`);
  return listTestFiles().filter((file) => file !== IMAGE_TEST || !isImageKnown);
}

function printResult(file: string, { passed, failed, ms, cpuMs, output, comments }: FileResult): void {
  for (const comment of comments) {
    const visit = VISIT.exec(comment)?.groups;
    if (visit) say(`  ${visit['line']}`);
  }
  if (failed > 0) say(output);
  say(`${failed > 0 ? 'FAILED ' : ''}${file} ${seconds(ms)} s`);
  costs.push({ file, ms, cpuMs });
  total.passed += passed;
  total.failed += failed;
  report.push(`# ${file}\n${output}`);
}

/** Cores are what a whole run lacks, so the files that use most CPU time are the ones to improve. */
function printCosts(): void {
  if (costs.length <= DEAREST) return;
  const totalMs = costs.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
  say(
    `\nCPU time of all files: ${seconds(totalMs)} s, without the stores. The dearest files, CPU and wall seconds:`,
  );
  for (const { file, ms, cpuMs } of costs.toSorted((one, other) => other.cpuMs - one.cpuMs).slice(0, DEAREST))
    say(`  ${seconds(cpuMs).padStart(6)} ${seconds(ms).padStart(6)}  ${file}`);
}

async function runAll(files: readonly string[]): Promise<void> {
  const queue = earlier.longestFirst(files).values();
  const work = async () => {
    for (const file of queue) {
      if (stopped.signal.aborted) return;
      const result = await runTestFile(file, { env, stop: stopped.signal });
      printResult(file, result);
      if (result.failed === 0)
        earlier.record(file, { ms: result.ms, ...(file === IMAGE_TEST ? { inputs: imageInputs } : {}) });
    }
  };
  await Promise.all(Array.from({ length: JOBS }, work));
}

const before = await takeInventory(run, env);
const files = chooseFiles();
await runAll(files);
mkdirSync('.tap', { recursive: true });
writeFileSync('.tap/report.tap', report.join('\n'));
printCosts();
const leftovers = findLeftovers(before, await takeInventory(run, env));
if (leftovers.length > 0) {
  say(`\nThe tests left these behind:\n${leftovers.map((line) => `  ${line}`).join('\n')}`);
  total.failed += 1;
}
say(`\n${total.passed} passed, ${total.failed} failed`);
// With --changed, no test may be needed; any other run must have some.
process.exitCode =
  !stopped.signal.aborted && total.failed === 0 && (total.passed > 0 || args[0] === '--changed') ? 0 : 1;
