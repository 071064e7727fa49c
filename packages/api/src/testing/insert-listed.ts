import { randomUUID } from 'node:crypto';

import { buildExecution, buildFailure } from '@mcp-server/testing';

import { REDRIVE_ID, TASK_ID } from './list-plans.ts';
import type { Account, TestApp } from './test-app.ts';

const ROWS = 12;

/** Stores records of every list, which match every filter of its plans. */
export async function insertListed({ models }: TestApp, { id: ownerId }: Account): Promise<void> {
  const many = <T>(build: (index: number) => T): T[] => Array.from({ length: ROWS }, (_, at) => build(at));
  const dates = (at: number) => ({ createdAt: new Date(Date.now() - at * 1_000), updatedAt: new Date() });
  const expiresAt = new Date(Date.now() + 1e9);
  const sample = { plugin: 'sample', action: 'echo' };
  const more = { taskId: TASK_ID, redriveId: REDRIVE_ID, source: 'task' } as const;
  const insert = async (
    { collection }: Pick<TestApp['models']['UserModel'], 'collection'>,
    documents: object[],
  ) => {
    await collection.insertMany(documents);
  };
  await insert(
    models.ExecutionModel,
    many((at) => buildFailure('broken', { ownerId, ...more, ...dates(at) })),
  );
  await insert(models.ExecutionModel, [buildExecution(), buildFailure('other')]);
  const task = { ownerId, title: 'T', priority: 'normal', payload: '{}', status: 'pending', ...sample };
  await insert(
    models.TaskModel,
    many((at) => ({ ...task, tags: ['a', 'b'], ...dates(at) })),
  );
  const { ObjectId } = models.TaskModel.base.mongo;
  await insert(models.TaskModel, [{ ...task, _id: new ObjectId(TASK_ID), tags: [], ...dates(ROWS) }]);
  const event = {
    actor: TASK_ID,
    action: 'pool.pause',
    target: 'default',
    outcome: 'done',
    ip: '::1',
    expiresAt,
  };
  await insert(
    models.AuditModel,
    many((at) => ({ ...event, ...dates(at) })),
  );
  const user = { passwordHash: '', role: 'user', isActive: true, tokenVersion: 0 };
  await insert(
    models.UserModel,
    many((at) => ({ ...user, email: `someone-${at}@x`, username: `other-${at}`, ...dates(at) })),
  );
  await insert(
    models.SessionModel,
    many((at) => ({ userId: ownerId, family: randomUUID(), refreshHash: `${at}`, expiresAt, ...dates(at) })),
  );
  const key = { userId: ownerId, name: 'k', keyHash: '', lastFour: '', scopes: ['mcp'] };
  await insert(
    models.ApiKeyModel,
    many((at) => ({ ...key, prefix: `p${at}`, ...dates(at) })),
  );
}
