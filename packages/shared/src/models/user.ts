import { Schema } from 'mongoose';

import { Role } from '../schemas/primitives.ts';
import type { SessionRecord, UserRecord } from '../schemas/user.ts';
import { listIndex } from './list-index.ts';
import { schemaOptions } from './schema-options.ts';

export const userSchema = new Schema<UserRecord>(
  {
    email: { type: String, required: true },
    username: { type: String, required: true },
    passwordHash: { type: String, required: true },
    role: { type: String, enum: Role.options, required: true },
    isActive: { type: Boolean, required: true, default: true },
    lastLoginAt: Date,
    tokenVersion: { type: Number, required: true, default: 0 },
    bootstrap: Boolean,
    resetHash: String,
    resetExpiresAt: Date,
    deletedAt: Date,
  },
  { ...schemaOptions, collection: 'users' },
)
  .index({ email: 1 }, { unique: true })
  .index({ username: 1 }, { unique: true })
  .index(listIndex())
  .index({ bootstrap: 1 }, { unique: true, partialFilterExpression: { bootstrap: true } });

export const sessionSchema = new Schema<SessionRecord>(
  {
    userId: { type: String, required: true },
    family: { type: String, required: true },
    refreshHash: { type: String, required: true },
    previousHash: String,
    userAgent: String,
    ip: String,
    expiresAt: { type: Date, required: true },
    rotatedAt: Date,
    passwordAt: Date,
    revokedAt: Date,
  },
  { ...schemaOptions, collection: 'sessions' },
)
  .index({ refreshHash: 1 }, { unique: true })
  .index({ family: 1 })
  .index(listIndex(['userId']))
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
