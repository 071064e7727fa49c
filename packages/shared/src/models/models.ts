import type { Connection, Model } from 'mongoose';

import type { ApiKeyRecord } from '../schemas/api-key.ts';
import type { AuditRecord } from '../schemas/audit.ts';
import type { ExecutionRecord } from '../schemas/execution.ts';
import type { MailTokenRecord } from '../schemas/mail.ts';
import type { MarketplacePackage } from '../schemas/marketplace.ts';
import type { PauseRecord } from '../schemas/pause.ts';
import type { PluginRecord } from '../schemas/plugin-record.ts';
import type { RedriveRecord } from '../schemas/redrive.ts';
import type { SecretRecord } from '../schemas/secret.ts';
import type { TaskRecord } from '../schemas/task.ts';
import type { SessionRecord, UserRecord } from '../schemas/user.ts';
import type { WorkerRecord } from '../schemas/worker.ts';
import { apiKeySchema } from './api-key.ts';
import { auditSchema } from './audit.ts';
import { executionSchema } from './execution.ts';
import { mailTokenSchema } from './mail-token.ts';
import { marketplacePackageSchema } from './marketplace-package.ts';
import { pauseSchema } from './pause.ts';
import { pluginSchema } from './plugin.ts';
import { readTolerantly } from './readable.ts';
import { RECORDS } from './records.ts';
import { redriveSchema } from './redrive.ts';
import { roleLeaseSchema, type RoleLeaseRecord } from './role-lease.ts';
import { secretSchema } from './secret.ts';
import { taskSchema } from './task.ts';
import { sessionSchema, userSchema } from './user.ts';
import { workerSchema } from './worker.ts';

for (const [, schema] of Object.values(RECORDS)) readTolerantly(schema);

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
  MarketplacePackageModel: Model<MarketplacePackage>;
  RedriveModel: Model<RedriveRecord>;
  SecretModel: Model<SecretRecord>;
  MailTokenModel: Model<MailTokenRecord>;
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
    MarketplacePackageModel: connection.model<MarketplacePackage>(
      'MarketplacePackage',
      marketplacePackageSchema,
    ),
    RedriveModel: connection.model<RedriveRecord>('Redrive', redriveSchema),
    SecretModel: connection.model<SecretRecord>('Secret', secretSchema),
    MailTokenModel: connection.model<MailTokenRecord>('MailToken', mailTokenSchema),
  };
}

/**
 * Models whose collections workers create. Workers run code of plugins, so their database user (infra/mongodb) has no access
 * to accounts, tokens of mails and audit events, and may only read secrets
 * and update packages.
 */
export const workerModels = ({
  UserModel: _users,
  SessionModel: _sessions,
  ApiKeyModel: _keys,
  AuditModel: _audit,
  RedriveModel: _redrives,
  SecretModel: _secrets,
  MailTokenModel: _mailTokens,
  MarketplacePackageModel: _packages,
  ...own
}: Models): Partial<Models> => own;

/** Creates missing collections and indexes; safe to run from several processes at once. */
export async function createIndexes(models: Partial<Models>): Promise<void> {
  for (const model of Object.values(models) as Model<unknown>[]) {
    await model.createCollection();
    await model.createIndexes();
  }
}
