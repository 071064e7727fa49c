import { Schema } from 'mongoose';

import type { RedriveRecord } from '../schemas/redrive.ts';
import { schemaOptions } from './schema-options.ts';

export const redriveSchema = new Schema<RedriveRecord>(
  {
    _id: { type: String, required: true },
    bodyHash: { type: String, required: true },
    answer: String,
    expiresAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'redrives' },
).index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
