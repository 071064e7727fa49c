import type { Schema } from 'mongoose';
import type { z } from 'zod';

import { ApiKeyRecord } from '../schemas/api-key.ts';
import { AuditRecord } from '../schemas/audit.ts';
import { ExecutionRecord } from '../schemas/execution.ts';
import { MailTokenRecord } from '../schemas/mail.ts';
import { MarketplacePackage } from '../schemas/marketplace.ts';
import { PauseRecord } from '../schemas/pause.ts';
import { PluginRecord } from '../schemas/plugin-record.ts';
import { RedriveRecord } from '../schemas/redrive.ts';
import { SecretRecord } from '../schemas/secret.ts';
import { TaskRecord } from '../schemas/task.ts';
import { SessionRecord, UserRecord } from '../schemas/user.ts';
import { WorkerRecord } from '../schemas/worker.ts';
import { apiKeySchema } from './api-key.ts';
import { auditSchema } from './audit.ts';
import { executionSchema } from './execution.ts';
import { mailTokenSchema } from './mail-token.ts';
import { marketplacePackageSchema } from './marketplace-package.ts';
import { pauseSchema } from './pause.ts';
import { pluginSchema } from './plugin.ts';
import { redriveSchema } from './redrive.ts';
import { RoleLeaseRecord, roleLeaseSchema } from './role-lease.ts';
import { secretSchema } from './secret.ts';
import { taskSchema } from './task.ts';
import { sessionSchema, userSchema } from './user.ts';
import { workerSchema } from './worker.ts';

/** Every stored noun by the name of its model: its fields for zod, and for mongoose. */
export const RECORDS: Readonly<Record<string, readonly [record: z.ZodObject, schema: Schema]>> = {
  User: [UserRecord, userSchema as Schema],
  Session: [SessionRecord, sessionSchema as Schema],
  ApiKey: [ApiKeyRecord, apiKeySchema as Schema],
  Task: [TaskRecord, taskSchema as Schema],
  PluginExecution: [ExecutionRecord, executionSchema as Schema],
  Plugin: [PluginRecord, pluginSchema as Schema],
  RoleLease: [RoleLeaseRecord, roleLeaseSchema as Schema],
  AuditEvent: [AuditRecord, auditSchema as Schema],
  Redrive: [RedriveRecord, redriveSchema as Schema],
  Secret: [SecretRecord, secretSchema as Schema],
  MailToken: [MailTokenRecord, mailTokenSchema as Schema],
  Worker: [WorkerRecord, workerSchema as Schema],
  Pause: [PauseRecord, pauseSchema as Schema],
  MarketplacePackage: [MarketplacePackage, marketplacePackageSchema as Schema],
};
