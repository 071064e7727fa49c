import { Schema } from 'mongoose';

import { InstallState } from '../schemas/marketplace.ts';
import { type WorkerRecord, WorkerState } from '../schemas/worker.ts';
import { embeddedOptions, schemaOptions } from './schema-options.ts';

/** A worker that stops cleanly deletes its record; a dead one is listed for this long. */
const KEEP_DEAD_SECONDS = 600;

export const workerSchema = new Schema<WorkerRecord>(
  {
    _id: { type: String, required: true },
    host: { type: String, required: true },
    pid: { type: Number, required: true },
    version: { type: String, required: true },
    pools: { type: [String], required: true },
    plugins: { type: [String], required: true },
    slots: { type: Number, required: true },
    running: { type: Number, required: true },
    suspects: Number,
    abandoned: Number,
    idleMs: Number,
    pluginErrors: {
      type: [new Schema({ plugin: String, problems: [String], running: String }, embeddedOptions)],
      default: undefined,
    },
    packages: {
      type: [
        new Schema(
          {
            package: String,
            revision: Number,
            version: String,
            state: { type: String, enum: InstallState.options },
            running: String,
            problem: String,
          },
          embeddedOptions,
        ),
      ],
      default: undefined,
    },
    state: { type: String, enum: WorkerState.options, required: true },
    startedAt: { type: Date, required: true },
    seenAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'workers' },
).index({ seenAt: 1 }, { expireAfterSeconds: KEEP_DEAD_SECONDS });
