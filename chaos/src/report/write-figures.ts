import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, platform, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import bullmq from 'bullmq/package.json' with { type: 'json' };

import type { RowResult } from '../run-row.ts';
import { formatTable } from './table.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const GIBIBYTE = 2 ** 30;

interface Run {
  name: string;
  seeds: readonly number[];
  minutes: number | undefined;
  scale: number;
  /** Commit and changes that were tested. */
  commit: string;
  /** From the first row to the last, including rows taken over from an earlier run. */
  durationMinutes: number;
  results: readonly RowResult[];
  /** Versions of the database and of Redis. */
  stores: Record<string, string>;
}

/** Writes the table for readers and the figures for programs into docs/figures. */
export async function writeFigures({ results, stores, name, ...run }: Run): Promise<void> {
  const dir = join(ROOT, 'docs', 'figures');
  const facts = {
    date: new Date().toISOString().slice(0, 10),
    ...run,
    command: commandOf(name, run),
    versions: { node: process.versions.node, bullmq: bullmq.version, ...stores },
    machine: { cores: cpus().length, memoryGiB: Math.round(totalmem() / GIBIBYTE), platform: platform() },
  };
  const rows = results.map(({ row, seed, figures }) => ({ row: row.id, fault: row.title, seed, ...figures }));
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, `chaos-${name}.json`), `${JSON.stringify({ ...facts, rows }, null, 2)}\n`);
  await writeFile(join(dir, `chaos-${name}.md`), describe(facts, results));
}

function describe(
  facts: { date: string; command: string; commit: string; durationMinutes: number } & Record<string, unknown>,
  results: readonly RowResult[],
) {
  const { versions, machine, commit, durationMinutes } = facts;
  const sum = (figure: 'accepted' | 'lost' | 'doubleEnds') =>
    results.reduce((total, { figures }) => total + figures[figure], 0);
  const accepted = sum('accepted');
  return [
    `# Faults under load, ${facts.date}`,
    '',
    `Written by \`${facts.command}\`: two APIs, three workers, Redis and the database as processes of one machine,`,
    'faults between them, and a checker that compares what callers were promised with what happened.',
    '',
    formatTable(results),
    '',
    `Accepted in all: ${accepted}; lost: ${sum('lost')}; double ends: ${sum('doubleEnds')}. Commit ${commit}, ${durationMinutes} minutes.`,
    `Versions: ${list(versions)}. Machine: ${list(machine)}.`,
    '',
  ].join('\n');
}

const commandOf = (name: string, { seeds, minutes }: Pick<Run, 'seeds' | 'minutes'>): string =>
  [
    'npm run chaos --',
    ...(name === 'quick' ? ['--quick'] : []),
    ...(minutes === undefined ? [] : [`--minutes ${minutes}`]),
    `--seeds ${seeds.join(',')}`,
  ].join(' ');

const list = (facts: unknown) =>
  Object.entries(facts as Record<string, unknown>)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(', ');
