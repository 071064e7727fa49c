import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { describeReport, type Report } from './report.ts';

const DIR = fileURLToPath(new URL('../../../docs/figures/', import.meta.url));
/** Name of the run that others are compared with. */
const BEFORE = 'bench-before';

/** Writes the report as JSON and Markdown, and resolves to the Markdown. Writes no file without a name. */
export async function writeFigures(name: string | undefined, report: Report): Promise<string> {
  const text = describeReport(report, name === BEFORE ? undefined : await readBefore());
  if (name === undefined) return text;
  await mkdir(DIR, { recursive: true });
  await writeFile(join(DIR, `${name}.json`), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(DIR, `${name}.md`), text);
  return text;
}

async function readBefore(): Promise<Report | undefined> {
  try {
    return JSON.parse(await readFile(join(DIR, `${BEFORE}.json`), 'utf8')) as Report;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
