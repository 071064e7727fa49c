import type { Models } from '@mcp-server/shared';
import { openNamespace } from '@mcp-server/testing';
import t from 'tap';

import type { Page, PageQuery } from '../page.ts';
import type { Principal } from '../principal.ts';
import { listOwnTasks } from './list-tasks.ts';

const TASKS = 200;
const ADMIN = { userId: 'a'.repeat(24), role: 'admin' } as Principal;

/** A fixed sequence without a pattern: a full period of 0 to `count` - 1, out of order. */
const scatter = (index: number, count: number) => (index * 77 + 13) % count;

/** Ids of one clock, times of another: several tasks share a time, and the order of the ids is not that of the times. */
function task({ TaskModel }: Models, index: number) {
  const seconds = 1_700_000_000 + scatter(index, 40);
  const _id = new TaskModel.base.Types.ObjectId(seconds.toString(16) + index.toString(16).padStart(16, '0'));
  const createdAt = new Date(1_700_000_000_000 + Math.floor(scatter(index, TASKS) / 3) * 500);
  const rest = { priority: 'normal', tags: [], plugin: 'sample', action: 'echo', status: 'pending' };
  return { _id, ownerId: `${index % 3}`, title: `Task ${index}`, ...rest, payload: '{}', createdAt };
}

t.test('the tasks of all users come once each and in order, whatever clocks made their ids', async (t) => {
  const { models } = await openNamespace(t);
  const tasks = Array.from({ length: TASKS }, (_, index) => task(models, index));
  await models.TaskModel.collection.insertMany(tasks);
  const expected = tasks.toSorted(
    (one, other) =>
      other.createdAt.getTime() - one.createdAt.getTime() ||
      other._id.toHexString().localeCompare(one._id.toHexString()),
  );

  const read = async (query: Omit<PageQuery, 'after'>) => {
    const titles: string[] = [];
    let page: Page<{ title: string }> | undefined;
    while (!page || page.next) {
      page = await listOwnTasks({ models }, ADMIN, { ...query, ...(page?.next ? { after: page.next } : {}) });
      titles.push(...page.items.map(({ title }) => title));
    }
    return titles;
  };
  const newest = await read({ limit: 7, order: 'newest-first', withTotal: false });
  const oldest = await read({ limit: 7, order: 'oldest-first', withTotal: false });

  const titles = expected.map(({ title }) => title);
  t.same(newest, titles);
  t.same(oldest, titles.toReversed());
});
