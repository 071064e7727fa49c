// `npm run conformance`: the suite for both revisions, then the Inspector in both eras. `-- --scenario NAME` runs one
// scenario, `-- --no-inspector` leaves the Inspector out. The last line counts.
import { parseArgs } from 'node:util';

import { inspectEverything } from './inspector.ts';
import { isBad, judge, type Judged, readBaseline } from './judge.ts';
import { Teardowns } from './owner.ts';
import { type RevisionReport, writeReport } from './report.ts';
import { type Rig, startRig } from './rig.ts';
import { readRequirements, type Revision, REVISIONS, runRevision, runScenario } from './suite.ts';

const { values } = parseArgs({
  options: { scenario: { type: 'string' }, inspector: { type: 'boolean', default: true } },
  allowNegative: true,
});
const print = (line: string): void => void process.stdout.write(`${line}\n`);

async function runOne({ openUrl }: Rig, scenario: string): Promise<number> {
  const { passed, failed, complaints } = await runScenario(`${openUrl}/mcp`, scenario);
  complaints.forEach(print);
  print(`${passed} passed, ${failed} failed`);
  return failed;
}

async function judgeRevision({ openUrl }: Rig, revision: Revision): Promise<RevisionReport> {
  const { scored } = await readRequirements(revision);
  const baseline = await readBaseline(revision);
  const results = await runRevision(`${openUrl}/mcp`, revision);
  const missing = scored.filter((name) => !results.some(({ scenario }) => scenario === name));
  const none = missing.map((scenario) => ({ scenario, passed: 0, failed: 0, warnings: 0, complaints: [] }));
  return { revision, results: [...results, ...none].map((result) => judge(result, scored, baseline)) };
}

function printReport({ revision, results }: RevisionReport): void {
  for (const { scenario, verdict, passed, failed, complaints } of results) {
    print(`${revision} ${scenario}: ${verdict} (${passed} passed, ${failed} failed)`);
    if (verdict !== 'expected to fail') complaints.forEach((line) => print(`    ${line}`));
  }
}

async function runAll(rig: Rig): Promise<number> {
  const reports: RevisionReport[] = [];
  for (const revision of REVISIONS) {
    const report = await judgeRevision(rig, revision);
    printReport(report);
    reports.push(report);
  }
  const inspected: string[] = [];
  if (values.inspector) {
    for (const era of ['legacy', 'modern'] as const) {
      inspected.push(
        await inspectEverything({ url: rig.url, apiKey: rig.apiKey, era }, () => countRequests(rig)),
      );
    }
    inspected.forEach(print);
  }
  await writeReport(reports, inspected);
  const all: Judged[] = reports.flatMap(({ results }) => results);
  const bad = all.filter(isBad);
  print(`${all.length - bad.length} passed, ${bad.length} failed`);
  return bad.length;
}

const countRequests = ({ apis }: Rig): number =>
  apis.flatMap(({ lines }) => lines.filter((line) => line.includes('"route":"/mcp"'))).length;

const teardowns = new Teardowns();
try {
  const rig = await startRig(teardowns);
  const failed = values.scenario === undefined ? await runAll(rig) : await runOne(rig, values.scenario);
  if (failed > 0) process.exitCode = 1;
} finally {
  await teardowns.end();
}
