// `npm run bench -- [--quick] [--only NAME,NAME] [--rounds N] [--figures NAME] [--cpu-prof DIR]`. Exits non-zero if a
// promise is broken.
import { cpus, platform, totalmem } from 'node:os';

import { type BenchArguments, readArguments } from './arguments.ts';
import { buildCache } from './cases/cache.ts';
import type { Case, Figures } from './cases/case.ts';
import { buildEcho } from './cases/echo.ts';
import { buildEndToEnd } from './cases/end-to-end.ts';
import { handOver } from './cases/hand-over.ts';
import { buildLoginFlood } from './cases/login-flood.ts';
import { buildMcp, buildRawMcp } from './cases/mcp.ts';
import { measureMemory } from './cases/memory.ts';
import { rawBullmq } from './cases/raw-bullmq.ts';
import { rawBatchedWrites, rawSingleWrites } from './cases/raw-database.ts';
import { rawFastify } from './cases/raw-fastify.ts';
import { buildTasks } from './cases/tasks.ts';
import { buildRatios, checkPromises } from './report/ratios.ts';
import { type Report, titlesOf } from './report/report.ts';
import { type Rounds, summarize } from './report/summary.ts';
import { writeFigures } from './report/write-figures.ts';
import { type Product, startProduct } from './rig/product.ts';
import { Stage } from './rig/stage.ts';

/** Warm-up for compilers and caches: V8 keeps compiling for some ten thousand executions. */
const WARM_UP_ROUNDS = 3;
const MEMORY = 'memory';
const GIBIBYTE = 2 ** 30;
const print = (line: string): void => void process.stdout.write(`${line}\n`);
const log = (line: string): void => print(`[bench] ${line}`);

/** Product and raw parts in turn, so that disturbances of the machine hit both. */
const buildCases = (product: Product): Case[] => [
  rawBullmq,
  buildEndToEnd(product),
  rawFastify,
  rawSingleWrites,
  rawBatchedWrites,
  buildEcho(product, 1),
  buildEcho(product, 32),
  buildCache(product),
  buildTasks(product),
  buildLoginFlood(product),
  buildRawMcp(product),
  buildMcp(product),
  handOver,
];

async function runRounds(
  stage: Stage,
  cases: readonly Case[],
  { rounds, scale }: BenchArguments,
): Promise<Rounds> {
  const measured: Rounds = {};
  const opened: { name: string; run: () => Promise<Figures> }[] = [];
  for (const one of cases) opened.push({ name: one.name, run: await one.open(stage, { scale }) });
  for (let round = 0; round < WARM_UP_ROUNDS; round += 1) for (const { run } of opened) await run();
  for (let round = 1; round <= rounds; round += 1) {
    for (const { name, run } of opened) {
      const figures = await run();
      (measured[name] ??= []).push(figures);
      const shown = Object.entries(figures).map(([key, value]) => `${key} ${value.toPrecision(3)}`);
      log(`round ${round} ${name}: ${shown.join(', ')}`);
    }
  }
  return measured;
}

async function run(args: BenchArguments, stage: Stage): Promise<Report> {
  const isWanted = (name: string) => args.only?.includes(name) ?? true;
  const product = await startProduct(stage);
  const cases = buildCases(product).filter(({ name }) => isWanted(name));
  const measured = await runRounds(stage, cases, args);
  const memory = isWanted(MEMORY) ? await measureMemory(product, { scale: args.scale, log }) : undefined;
  const summary = summarize(measured);
  const ratios = buildRatios(measured);
  return {
    date: new Date().toISOString().slice(0, 10),
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(
      ' ',
    ),
    rounds: args.rounds,
    machine: {
      node: process.versions.node,
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / GIBIBYTE),
      platform: platform(),
    },
    services: stage.services.map(withoutPaths),
    cases: summary,
    titles: titlesOf(cases),
    memory,
    ratios,
    promises: checkPromises(summary, ratios, memory),
  };
}

/** Local paths do not belong into the report. */
const withoutPaths = (line: string): string =>
  line.replaceAll(/(?:, )?(?:files|append-only file) in \S+/g, '').replaceAll(/\S*\/(?=[\w-]+)/g, '');

const args = readArguments(process.argv.slice(2));
const stage = await Stage.open(args.profileDir, log);
try {
  const report = await run(args, stage);
  print(`\n${await writeFigures(args.figures, report)}`);
  const broken = report.promises.filter(({ isKept }) => !isKept);
  print(`${report.promises.length - broken.length} promises kept, ${broken.length} broken`);
  if (broken.length > 0) process.exitCode = 1;
} finally {
  await stage.close();
}
