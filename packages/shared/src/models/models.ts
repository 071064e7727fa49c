import type { Connection, Model } from 'mongoose';

import type { PluginRecord } from '../schemas/catalogue.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import type { TaskRecord } from '../schemas/task.ts';
import type { ApiKeyRecord, SessionRecord, UserRecord } from '../schemas/user.ts';
import { executionSchema } from './execution.ts';
import { pluginSchema } from './plugin.ts';
import { roleLeaseSchema, type RoleLeaseRecord } from './role-lease.ts';
import { taskSchema } from './task.ts';
import { apiKeySchema, sessionSchema, userSchema } from './user.ts';

/** Every model, bound to one connection. */
export interface Models {
  UserModel: Model<UserRecord>;
  SessionModel: Model<SessionRecord>;
  ApiKeyModel: Model<ApiKeyRecord>;
  TaskModel: Model<TaskRecord>;
  ExecutionModel: Model<ExecutionRecord>;
  PluginModel: Model<PluginRecord>;
  RoleLeaseModel: Model<RoleLeaseRecord>;
}

export function buildModels(connection: Connection): Models {
  return {
    UserModel: connection.model('User', userSchema),
    SessionModel: connection.model('Session', sessionSchema),
    ApiKeyModel: connection.model('ApiKey', apiKeySchema),
    TaskModel: connection.model('Task', taskSchema),
    ExecutionModel: connection.model('PluginExecution', executionSchema),
    PluginModel: connection.model('Plugin', pluginSchema),
    RoleLeaseModel: connection.model('RoleLease', roleLeaseSchema),
  };
}

/** Creates missing collections and indexes; safe to run from several processes at once. */
export async function createIndexes(models: Models): Promise<void> {
  for (const model of Object.values(models) as Model<unknown>[]) {
    await model.createCollection();
    await model.createIndexes();
  }
}
