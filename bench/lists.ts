import {
  listTasks,
  type PagePosition,
  pageSort,
  type TaskFilter,
  toTaskPageIndex,
  toTaskPageQuery,
} from '@mcp-server/shared';
import { type Namespace, openNamespace } from '@mcp-server/testing';

import { insertTasks } from './src/rig/insert-tasks.ts';

/** Promised time of a list, on the local database. */
const TASKS = 20_000;
const LIMIT_MS = 50;

const ROUNDS = 40;
const PAGE = 20;
const OWNERS = ['0123456789abcdef01234567', '89abcdef0123456701234567'] as const;
const [OWNER] = OWNERS;

type TaskModel = Namespace['models']['TaskModel'];

interface Case {
  name: string;
  filter: TaskFilter;
  after?: PagePosition;
  /** Fields of the index that must serve it. */
  index: string;
}

async function findMiddle(model: TaskModel, filter: TaskFilter): Promise<PagePosition> {
  const count = await model.countDocuments(toTaskPageQuery(filter));
  const [middle] = await model
    .find(toTaskPageQuery(filter))
    .sort(pageSort())
    .skip(Math.floor(count / 2))
    .limit(1);
  if (!middle) throw new Error('there are no tasks');
  return { createdAt: middle.createdAt, id: middle.id };
}

async function measure(model: TaskModel, { filter, after }: Case): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    const page = await listTasks(model, { filter, limit: PAGE + 1, ...(after ? { after } : {}) });
    times.push(performance.now() - startedAt);
    if (page.length !== PAGE + 1) throw new Error(`a page of ${page.length} instead of ${PAGE + 1}`);
  }
  return times.sort((one, other) => one - other)[ROUNDS / 2] ?? Number.NaN;
}

/** Names of the indexes in the query plan. */
async function explain(model: TaskModel, { filter, after }: Case): Promise<string[]> {
  const plan: unknown = await model
    .find(toTaskPageQuery(filter, after))
    .sort(pageSort())
    .limit(PAGE + 1)
    .hint(toTaskPageIndex(filter) ?? {})
    .explain();
  const names = JSON.stringify(plan).matchAll(/"indexName":"(?<name>[^"]+)"/g);
  return [...new Set([...names].map(({ groups }) => groups?.['name'] ?? ''))];
}

async function run(closing: (() => Promise<void>)[]): Promise<boolean> {
  const { models } = await openNamespace({ teardown: (close) => void closing.push(close) });
  const { TaskModel } = models;
  await insertTasks(TaskModel, { count: TASKS, owners: OWNERS });
  const all = {};
  const own = { ownerId: OWNER };
  const completed = { ...own, status: 'completed' as const };
  const byOwner = 'ownerId_1_createdAt_-1__id_-1';
  const cases: Case[] = [
    { name: 'own, first page', filter: own, index: byOwner },
    { name: 'own, middle page', filter: own, after: await findMiddle(TaskModel, own), index: byOwner },
    {
      name: 'own by status, middle page',
      filter: completed,
      after: await findMiddle(TaskModel, completed),
      index: 'ownerId_1_status_1_createdAt_-1__id_-1',
    },
    { name: 'all (admin), first page', filter: all, index: 'createdAt_-1__id_-1' },
    {
      name: 'all (admin), middle page',
      filter: all,
      after: await findMiddle(TaskModel, all),
      index: 'createdAt_-1__id_-1',
    },
  ];
  process.stdout.write(`${TASKS} tasks, pages of ${PAGE}, ${ROUNDS} rounds each, limit ${LIMIT_MS} ms\n`);
  let isGood = true;
  for (const one of cases) {
    const [p50, used] = [await measure(TaskModel, one), await explain(TaskModel, one)];
    const isRight = used.length === 1 && used[0] === one.index;
    isGood &&= p50 < LIMIT_MS && isRight;
    process.stdout.write(
      `${one.name.padEnd(28)} p50 ${p50.toFixed(1).padStart(6)} ms  index ${used.join(', ') || 'none'}${isRight ? '' : `  WRONG, expected ${one.index}`}\n`,
    );
  }
  return isGood;
}

const closing: (() => Promise<void>)[] = [];
try {
  if (!(await run(closing))) process.exitCode = 1;
} finally {
  for (const close of closing.toReversed()) await close();
}
