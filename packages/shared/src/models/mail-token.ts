import { Schema } from 'mongoose';

import { type MailTokenRecord, MailTokenKind } from '../schemas/mail.ts';
import { schemaOptions } from './schema-options.ts';

export const mailTokenSchema = new Schema<MailTokenRecord>(
  {
    _id: { type: String, required: true },
    kind: { type: String, enum: MailTokenKind.options, required: true },
    userId: String,
    expiresAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'mailtokens' },
)
  .index({ userId: 1 })
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
