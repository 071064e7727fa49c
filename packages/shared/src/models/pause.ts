import { Schema } from 'mongoose';

import { PauseKind, type PauseRecord } from '../schemas/pause.ts';
import { schemaOptions } from './schema-options.ts';

/** A handful of documents, always read together: no index beyond the id. */
export const pauseSchema = new Schema<PauseRecord>(
  {
    _id: { type: String, required: true },
    kind: { type: String, enum: PauseKind.options, required: true },
    name: { type: String, required: true },
    by: { type: String, required: true },
    reason: String,
    since: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'pauses' },
);
