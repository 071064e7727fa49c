import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Judged } from './judge.ts';
import type { Revision } from './suite.ts';

const FIGURES = fileURLToPath(new URL('../../docs/figures/', import.meta.url));
const GIBIBYTE = 2 ** 30;

export interface RevisionReport {
  revision: Revision;
  results: readonly Judged[];
}

/** Writes docs/figures/conformance.md. */
export async function writeReport(
  reports: readonly RevisionReport[],
  more: readonly string[],
): Promise<void> {
  await mkdir(FIGURES, { recursive: true });
  await writeFile(join(FIGURES, 'conformance.md'), formatReport(reports, more));
}

function formatReport(reports: readonly RevisionReport[], more: readonly string[]): string {
  const machine = `${cpus().length} cores, ${Math.round(totalmem() / GIBIBYTE)} GiB, Node ${process.versions.node}`;
  return [
    `# Conformance, ${new Date().toISOString().slice(0, 10)}`,
    '',
    'Written by `npm run conformance`: the suite `@modelcontextprotocol/conformance` 0.2.0-alpha.12 against two APIs behind',
    `nginx and two workers, with authentication on. Machine: ${machine}.`,
    ...reports.flatMap(formatRevision),
    ...(more.length > 0 ? ['', '## Beside the suite', '', ...more.map((line) => `- ${line}`)] : []),
    '',
  ].join('\n');
}

function formatRevision({ revision, results }: RevisionReport): string[] {
  const sum = (field: 'passed' | 'failed', scored: boolean) =>
    results.filter(({ isScored }) => isScored === scored).reduce((total, result) => total + result[field], 0);
  return [
    '',
    `## ${revision}`,
    '',
    `Checks of what is required: ${sum('passed', true)} passed, ${sum('failed', true)} failed. ` +
      `Checks beside it: ${sum('passed', false)} passed, ${sum('failed', false)} failed.`,
    '',
    '| scenario | required | passed | failed | warnings | verdict |',
    '| --- | --- | --- | --- | --- | --- |',
    ...results.map(
      ({ scenario, isScored, passed, failed, warnings, verdict, reason }) =>
        `| ${scenario} | ${isScored ? 'yes' : 'no'} | ${passed} | ${failed} | ${warnings} | ${verdict}${
          reason === undefined ? '' : `: ${reason}`
        } |`,
    ),
  ];
}
