import { randomUUID } from 'node:crypto';

import { fingerprintOf, type Models } from '@mcp-server/shared';
import { buildExecution } from '@mcp-server/testing';
import type { Model, mongo } from 'mongoose';

const BATCH = 2_000;
const DAY_MS = 86_400_000;
const KEYS_OF_A_USER = 100;

export const OWNERS = ['0123456789abcdef01234567', '89abcdef0123456701234567'] as const;
export const TASK_ID = 'abcdefabcdefabcdefabcdef';
export const REDRIVE_ID = '11111111-1111-4111-8111-111111111111';
/** Every hundredth record belongs to this task, redrive, actor or target. */
const SPECIAL = 100;

const PLUGINS = ['sample', 'http', 'transform'] as const;
const SOURCES = ['execute', 'mcp', 'task', 'schedule'] as const;
const STATUSES = ['completed', 'completed', 'completed', 'failed', 'cancelled'] as const;
const MESSAGES = ['no route to host', 'connection refused', 'order not found', 'over the limit'] as const;

/** Element of a list for an index, in an order in which the fields of a record do not depend on each other. */
function pick<T>(values: readonly [T, ...T[]], index: number, stride: number): T {
  return values[Math.floor(index / stride) % values.length] ?? values[0];
}

type Build = (index: number, createdAt: Date) => object;

function buildExecutionRow(index: number, createdAt: Date): object {
  const isSpecial = index % SPECIAL < 2;
  const of = { plugin: pick(PLUGINS, index, 2), action: pick(['echo', 'sleep'], index, 6) };
  const status = pick(STATUSES, index, 12);
  const failure = {
    kind: pick(['error', 'timeout'] as const, index, 60),
    message: pick(MESSAGES, index, 120),
  };
  const endedAt = new Date(createdAt.getTime() + 500);
  const { isUnsettled: _, ...execution } = buildExecution({
    _id: randomUUID(),
    ownerId: pick(OWNERS, index, 1),
    ...of,
    source: pick(SOURCES, index, 4),
    ...(isSpecial ? { taskId: TASK_ID, redriveId: REDRIVE_ID } : {}),
    status,
    ...(status === 'failed' ? { failure, fingerprint: fingerprintOf(of, failure) } : {}),
    result: '{"message":"hello"}',
    waitMs: 3,
    runMs: index % 977,
    endedAt,
    settledAt: endedAt,
    expiresAt: new Date(createdAt.getTime() + 30 * DAY_MS),
  });
  return execution;
}

const buildTaskRow: Build = (index) => ({
  ownerId: pick(OWNERS, index, 1),
  title: `Task ${index}`,
  priority: pick(['normal', 'high'], index, 2),
  tags: [`tag-${index % 10}`, 'every'],
  plugin: pick(PLUGINS, index, 2),
  action: pick(['echo', 'sleep'], index, 6),
  payload: '{"message":"hello"}',
  status: pick(['pending', 'queued', 'completed', 'failed'], index, 2),
});

const buildAuditRow: Build = (index, createdAt) => ({
  actor: index % SPECIAL < 2 ? TASK_ID : pick(OWNERS, index, 1),
  action: pick(['pool.pause', 'plugin.pause', 'execution.rerun'], index, 2),
  target: index % SPECIAL < 2 ? 'special' : `target-${index % 1_000}`,
  ip: '127.0.0.1',
  outcome: pick(['done', 'refused'], index, 6),
  expiresAt: new Date(createdAt.getTime() + 365 * DAY_MS),
});

const buildUserRow: Build = (index) => ({
  email: `user-${index}@example.com`,
  username: `name-${index}`,
  passwordHash: '',
  role: pick(['user', 'user', 'developer'], index, 1),
  isActive: index % 5 !== 0,
  tokenVersion: 0,
});

const buildSessionRow: Build = (index) => ({
  userId: OWNERS[0],
  family: randomUUID(),
  refreshHash: randomUUID(),
  expiresAt: new Date(Date.now() + DAY_MS),
  ...(index % 2 === 0 ? { revokedAt: new Date() } : {}),
});

const userIdOf = (index: number): string => `${Math.floor(index / KEYS_OF_A_USER)}`.padStart(24, '0');

const buildKeyRow: Build = (index) => ({
  userId: userIdOf(index),
  name: `key ${index}`,
  prefix: randomUUID(),
  keyHash: '',
  lastFour: '',
  scopes: ['mcp'],
});

const ROWS: Partial<Record<keyof Models, Build>> = {
  ExecutionModel: buildExecutionRow,
  TaskModel: buildTaskRow,
  AuditModel: buildAuditRow,
  UserModel: buildUserRow,
  SessionModel: buildSessionRow,
  ApiKeyModel: buildKeyRow,
};

/** Stores `count` records of every list, of several owners in turn; two at a time have the same time. */
export async function insertRecords(models: Models, count: number): Promise<void> {
  const start = Date.now() - count * 1_000;
  for (const [name, build] of Object.entries(ROWS)) {
    const model = models[name as keyof Models] as unknown as Model<mongo.Document>;
    for (let first = 0; first < count; first += BATCH) {
      const rows = Array.from({ length: Math.min(BATCH, count - first) }, (_, offset) => {
        const index = first + offset;
        const createdAt = new Date(start + Math.floor(index / 2) * 2_000);
        return { ...build(index, createdAt), createdAt, updatedAt: createdAt };
      });
      await model.collection.insertMany(rows);
    }
  }
}

/** A user with keys. */
export const KEY_OWNER = userIdOf(0);
