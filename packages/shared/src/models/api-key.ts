import { Schema } from 'mongoose';

import { type ApiKeyRecord, Scope } from '../schemas/api-key.ts';
import { listIndex } from './list-index.ts';
import { schemaOptions } from './schema-options.ts';

export const apiKeySchema = new Schema<ApiKeyRecord>(
  {
    userId: { type: String, required: true },
    name: { type: String, required: true },
    prefix: { type: String, required: true },
    keyHash: { type: String, required: true },
    lastFour: { type: String, required: true },
    scopes: { type: [String], enum: Scope.options, required: true },
    expiresAt: Date,
    lastUsedAt: Date,
    revokedAt: Date,
  },
  { ...schemaOptions, collection: 'apikeys' },
)
  .index({ prefix: 1 }, { unique: true })
  .index(listIndex(['userId']));
