import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';

const require = createRequire(import.meta.url);
const ENTRY = require.resolve('@modelcontextprotocol/conformance/dist/index.js');
const SCENARIO_TIMEOUT_MS = 60_000;

/** Revisions of the protocol with a frozen set of requirements in the suite. */
export const REVISIONS = ['2026-07-28', '2025-11-25'] as const;
export type Revision = (typeof REVISIONS)[number];

const Checks = z.array(
  z.looseObject({ id: z.string(), status: z.string(), errorMessage: z.string().optional() }),
);

/** Result of one scenario, in numbers of checks. */
export interface ScenarioResult {
  scenario: string;
  passed: number;
  failed: number;
  warnings: number;
  /** One line for each failed check. */
  complaints: string[];
}

const Requirements = z.looseObject({
  server: z.array(z.string()),
  not_scored: z.array(z.looseObject({ scenario: z.string(), leg: z.string() })),
});

/** Scenarios for servers: those that a revision requires, and additional ones. */
export async function readRequirements(revision: Revision): Promise<{ scored: string[]; beside: string[] }> {
  const path = join(dirname(ENTRY), '..', 'requirements', `${revision}.yaml`);
  const { server, not_scored } = Requirements.parse(parse(await readFile(path, 'utf8')));
  const beside = not_scored.filter(({ leg }) => leg === 'server').map(({ scenario }) => scenario);
  return { scored: server, beside };
}

/** Runs all scenarios that a revision requires, and the additional ones. */
export const runRevision = (url: string, revision: Revision): Promise<ScenarioResult[]> =>
  runSuite(['--url', url, '--requirements', revision]);

/** Runs one scenario; without a revision the suite takes the newest one that has it. */
export async function runScenario(url: string, scenario: string): Promise<ScenarioResult> {
  const [result] = await runSuite(['--url', url, '--scenario', scenario]);
  if (!result) throw new Error(`the suite wrote nothing about ${scenario}`);
  return result;
}

/** @throws {Error} with the suite's output if it wrote no results. */
async function runSuite(args: readonly string[]): Promise<ScenarioResult[]> {
  const dir = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const output = await runCommand([
      ENTRY,
      'server',
      ...args,
      '--timeout',
      String(SCENARIO_TIMEOUT_MS),
      '-o',
      dir,
    ]);
    const folders = (await readdir(dir)).sort();
    if (folders.length === 0) throw new Error(`the suite wrote no results:\n${output}`);
    return await Promise.all(folders.map((folder) => readResult(dir, folder)));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The exit code only says whether all passed; the results say more. */
async function runCommand(args: readonly string[]): Promise<string> {
  // Without the test runner's loader, which the suite would inherit.
  const { NODE_OPTIONS: _loader, ...env } = process.env;
  const { all } = await execa(process.execPath, args, {
    env,
    extendEnv: false,
    stdin: 'ignore',
    all: true,
    reject: false,
  });
  return all;
}

async function readResult(dir: string, folder: string): Promise<ScenarioResult> {
  // Folders are named server-<scenario>-<time>.
  const scenario = folder.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
  const checks = Checks.parse(JSON.parse(await readFile(join(dir, folder, 'checks.json'), 'utf8')));
  const count = (status: string) => checks.filter((check) => check.status === status).length;
  return {
    scenario,
    passed: count('SUCCESS'),
    failed: count('FAILURE'),
    warnings: count('WARNING'),
    complaints: checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map(({ id, status, errorMessage }) => `${status} ${id}: ${errorMessage ?? ''}`),
  };
}
