import { OnCrash, RetryPolicy } from '@mcp-server/plugin-sdk/schemas';
import { Schema } from 'mongoose';

import { FailureKind } from '../schemas/execution.ts';
import { embeddedOptions } from './schema-options.ts';

export const failureSchema = new Schema(
  { kind: { type: String, enum: FailureKind.options, required: true }, message: String, code: String },
  embeddedOptions,
);

/** Fields are optional, because a task stores only its overrides. */
export const retrySchema = new Schema(
  {
    attempts: Number,
    backoff: { type: String, enum: RetryPolicy.shape.backoff.unwrap().options },
    delayMs: Number,
    maxDelayMs: Number,
  },
  embeddedOptions,
);

export const policySchema = new Schema(
  {
    retry: { type: retrySchema, required: true },
    timeoutMs: { type: Number, required: true },
    onCrash: { type: String, enum: OnCrash.options, required: true },
    maxCrashes: { type: Number, required: true },
  },
  embeddedOptions,
);
