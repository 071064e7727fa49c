import type { Figures } from '../cases/case.ts';
import { type Rounds, type Spread, spread, type Summary } from './summary.ts';

type Place = readonly [caseName: string, figure: string];

/** Ratio of two figures of the same round, because a slow machine slows both. */
export interface Ratio extends Spread {
  title: string;
}

const PAIRS: readonly { title: string; of: Place; to: Place }[] = [
  {
    title: 'executions end to end : raw BullMQ jobs',
    of: ['end-to-end', 'executions/s'],
    to: ['raw-bullmq', 'jobs/s'],
  },
  {
    title: 'accepted executions : bare Fastify requests',
    of: ['end-to-end', 'accepted/s'],
    to: ['raw-fastify', 'requests/s'],
  },
  {
    title: 'accepted executions : single inserts',
    of: ['end-to-end', 'accepted/s'],
    to: ['raw-single-writes', 'writes/s'],
  },
  {
    title: 'batched inserts : single inserts',
    of: ['raw-batched-writes', 'writes/s'],
    to: ['raw-single-writes', 'writes/s'],
  },
  {
    title: 'cached results : runs of the same calls',
    of: ['cache', 'hits/s'],
    to: ['cache', 'misses/s'],
  },
  {
    title: 'wait for one able worker of four : for any of the four, p95',
    of: ['hand-over', 'one able p95 ms'],
    to: ['hand-over', 'all able p95 ms'],
  },
  {
    title: "tools/list : the SDK's server alone",
    of: ['mcp', 'lists/s'],
    to: ['raw-mcp', 'lists/s'],
  },
  {
    title: "tools/call of an echo, an execution each : the SDK's server alone",
    of: ['mcp', 'echoes/s'],
    to: ['raw-mcp', 'echoes/s'],
  },
  {
    title: "new mcpTasks : the SDK's server with one insert",
    of: ['mcp', 'new mcpTasks/s'],
    to: ['raw-mcp', 'new mcpTasks/s'],
  },
  {
    title: "tasks/get : the SDK's server with one findById",
    of: ['mcp', 'looks/s'],
    to: ['raw-mcp', 'looks/s'],
  },
  {
    title: 'CPU of all processes for an execution : for a raw BullMQ job',
    of: ['end-to-end', 'total CPU ms'],
    to: ['raw-bullmq', 'total CPU ms'],
  },
  {
    title: 'CPU of API and worker for an execution : for a raw BullMQ job',
    of: ['end-to-end', 'own CPU ms'],
    to: ['raw-bullmq', 'total CPU ms'],
  },
];

/** Ratios with both sides measured. */
export function buildRatios(rounds: Rounds): Ratio[] {
  return PAIRS.flatMap(({ title, of, to }) => {
    const values = (rounds[of[0]] ?? []).map(
      (figures, round) => (figures[of[1]] ?? Number.NaN) / (rounds[to[0]]?.[round]?.[to[1]] ?? Number.NaN),
    );
    return values.length === 0 || values.some(Number.isNaN) ? [] : [{ title, ...spread(values) }];
  });
}

/** Promises of the documentation. */
export interface Promised {
  title: string;
  value: number;
  bound: string;
  isKept: boolean;
}

const MIN_END_TO_END = 0.12;
const MAX_ECHO_P50_MS = 15;
const MAX_ECHO_P99_MS = 250;
const MIN_LOOKS = 0.5;
const MAX_GROWTH = 1.1;
const MAX_FLOODED = 3;
const MAX_HAND_OVER = 80;
/**
 * The speed gate. It uses CPU time, because wall time depends on the neighbours on a shared machine; relative to the
 * raw run, because machines differ; generous, because both still vary.
 */
const MAX_OWN_CPU = 8;

const atLeast = (title: string, value: number, bound: number): Promised => ({
  title,
  value,
  bound: `at least ${bound}`,
  isKept: value >= bound,
});
const atMost = (title: string, value: number, bound: number): Promised => ({
  title,
  value,
  bound: `at most ${bound}`,
  isKept: value <= bound,
});

/** Promises with measured figures. */
export function checkPromises(
  summary: Summary,
  ratios: readonly Ratio[],
  memory: Figures | undefined,
): Promised[] {
  const ratio = (start: string) => ratios.find(({ title }) => title.startsWith(start))?.median;
  const checks = [
    [atLeast, 'executions end to end : raw BullMQ jobs', ratio('executions end'), MIN_END_TO_END],
    [atMost, 'CPU of API and worker : of a raw BullMQ job', ratio('CPU of API'), MAX_OWN_CPU],
    [
      atMost,
      'synchronous echo, 1 connection, p50 ms',
      summary['echo-1']?.['p50 ms']?.median,
      MAX_ECHO_P50_MS,
    ],
    [
      atMost,
      'synchronous echo, 32 connections, p99 ms',
      summary['echo-32']?.['p99 ms']?.median,
      MAX_ECHO_P99_MS,
    ],
    [atLeast, "tasks/get : the SDK's server with one findById", ratio('tasks/get : '), MIN_LOOKS],
    [
      atMost,
      'task creation during 50 sign-ins : alone, p99',
      summary['login-flood']?.['flooded p99 in times of alone']?.median,
      MAX_FLOODED,
    ],
    [atMost, 'wait for one able worker of four : for any, p95', ratio('wait for one able'), MAX_HAND_OVER],
    [atMost, 'memory of the API, late : early', growth(memory, 'api'), MAX_GROWTH],
    [atMost, 'memory of the worker, late : early', growth(memory, 'worker'), MAX_GROWTH],
  ] as const;
  return checks.flatMap(([check, title, value, bound]) =>
    value === undefined ? [] : [check(title, value, bound)],
  );
}

const growth = (memory: Figures | undefined, party: string): number | undefined =>
  memory && (memory[`${party} late MiB`] ?? Number.NaN) / (memory[`${party} early MiB`] ?? Number.NaN);
