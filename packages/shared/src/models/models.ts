import type { Connection, Model, mongo } from 'mongoose';

import type { ApiKeyRecord } from '../schemas/api-key.ts';
import type { AuditRecord } from '../schemas/audit.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import type { PauseRecord } from '../schemas/pause.ts';
import type { PluginRecord } from '../schemas/plugin-record.ts';
import type { RedriveRecord } from '../schemas/redrive.ts';
import type { TaskRecord } from '../schemas/task.ts';
import type { SessionRecord, UserRecord } from '../schemas/user.ts';
import type { WorkerRecord } from '../schemas/worker.ts';
import { apiKeySchema } from './api-key.ts';
import { auditSchema } from './audit.ts';
import { collectionOf } from './collection-of.ts';
import { executionSchema, RETIRED_EXECUTION_INDEXES } from './execution.ts';
import { pauseSchema } from './pause.ts';
import { pluginSchema } from './plugin.ts';
import { redriveSchema } from './redrive.ts';
import { roleLeaseSchema, type RoleLeaseRecord } from './role-lease.ts';
import { taskSchema } from './task.ts';
import { sessionSchema, userSchema } from './user.ts';
import { workerSchema } from './worker.ts';

const INDEX_NOT_FOUND = 27;

/** All models of one connection. */
export interface Models {
  UserModel: Model<UserRecord>;
  SessionModel: Model<SessionRecord>;
  ApiKeyModel: Model<ApiKeyRecord>;
  TaskModel: Model<TaskRecord>;
  ExecutionModel: Model<ExecutionRecord>;
  PluginModel: Model<PluginRecord>;
  RoleLeaseModel: Model<RoleLeaseRecord>;
  WorkerModel: Model<WorkerRecord>;
  AuditModel: Model<AuditRecord>;
  PauseModel: Model<PauseRecord>;
  RedriveModel: Model<RedriveRecord>;
}

export function buildModels(connection: Connection): Models {
  return {
    UserModel: connection.model<UserRecord>('User', userSchema),
    SessionModel: connection.model<SessionRecord>('Session', sessionSchema),
    ApiKeyModel: connection.model<ApiKeyRecord>('ApiKey', apiKeySchema),
    TaskModel: connection.model<TaskRecord>('Task', taskSchema),
    ExecutionModel: connection.model<ExecutionRecord>('PluginExecution', executionSchema),
    PluginModel: connection.model<PluginRecord>('Plugin', pluginSchema),
    RoleLeaseModel: connection.model<RoleLeaseRecord>('RoleLease', roleLeaseSchema),
    WorkerModel: connection.model<WorkerRecord>('Worker', workerSchema),
    AuditModel: connection.model<AuditRecord>('AuditEvent', auditSchema),
    PauseModel: connection.model<PauseRecord>('Pause', pauseSchema),
    RedriveModel: connection.model<RedriveRecord>('Redrive', redriveSchema),
  };
}

/**
 * Models that workers use. Workers run code of plugins, so their database user (infra/mongodb) has no access to
 * accounts and audit events.
 */
export const workerModels = ({
  UserModel: _users,
  SessionModel: _sessions,
  ApiKeyModel: _keys,
  AuditModel: _audit,
  RedriveModel: _redrives,
  ...own
}: Models): Partial<Models> => own;

/** Creates missing collections and indexes; safe to run from several processes at once. */
export async function createIndexes(models: Partial<Models>): Promise<void> {
  for (const model of Object.values(models) as Model<unknown>[]) {
    await model.createCollection();
    await model.createIndexes();
  }
}

/**
 * Drops indexes of earlier versions, which must go before new ones are created. Not for workers: their database user
 * may drop nothing.
 */
export async function dropRetiredIndexes({ ExecutionModel }: Models): Promise<void> {
  await ExecutionModel.createCollection();
  const indexes = await collectionOf(ExecutionModel).indexes();
  for (const { name = '' } of indexes) {
    if (RETIRED_EXECUTION_INDEXES.includes(name)) await dropIndex(ExecutionModel, name);
  }
}

async function dropIndex(model: Model<ExecutionRecord>, name: string): Promise<void> {
  try {
    await collectionOf(model).dropIndex(name);
  } catch (error) {
    // Another process dropped it first.
    if ((error as mongo.MongoServerError).code !== INDEX_NOT_FOUND) throw error;
  }
}
