import { OnCrash, ToolPolicy } from '@mcp-server/plugin-sdk/schemas';
import { Schema } from 'mongoose';

import type { PluginRecord } from '../schemas/plugin-record.ts';
import { retrySchema } from './embedded.ts';
import { embeddedOptions, schemaOptions } from './schema-options.ts';

const annotationsSchema = new Schema(
  { readOnly: Boolean, destructive: Boolean, idempotent: Boolean, openWorld: Boolean },
  embeddedOptions,
);

const toolSchema = new Schema(
  {
    asTask: { type: String, enum: ToolPolicy.shape.asTask.unwrap().options, required: true },
    inputFirst: { type: Boolean, required: true },
    onDisconnect: { type: String, enum: ToolPolicy.shape.onDisconnect.unwrap().options, required: true },
  },
  embeddedOptions,
);

const resourceSchema = new Schema(
  {
    name: { type: String, required: true },
    uri: { type: String, required: true },
    isTemplate: { type: Boolean, required: true },
    title: { type: String, required: true },
    description: String,
    mimeType: String,
    action: { type: String, required: true },
  },
  embeddedOptions,
);

const argumentSchema = new Schema(
  {
    name: { type: String, required: true },
    description: String,
    required: { type: Boolean, required: true },
    completions: [String],
  },
  embeddedOptions,
);

const promptSchema = new Schema(
  {
    name: { type: String, required: true },
    title: { type: String, required: true },
    description: String,
    arguments: [argumentSchema],
    action: { type: String, required: true },
  },
  embeddedOptions,
);

const actionSchema = new Schema(
  {
    name: { type: String, required: true },
    publicName: String,
    isTool: { type: Boolean, required: true },
    tool: { type: toolSchema, required: true },
    title: { type: String, required: true },
    description: String,
    inputSchema: { type: String, required: true },
    outputSchema: { type: String, required: true },
    timeoutMs: { type: Number, required: true },
    retry: { type: retrySchema, required: true },
    onCrash: { type: String, enum: OnCrash.options, required: true },
    annotations: { type: annotationsSchema, required: true },
    cache: new Schema({ ttlMs: Number, shared: Boolean }, embeddedOptions),
  },
  embeddedOptions,
);

export const pluginSchema = new Schema<PluginRecord>(
  {
    _id: { type: String, required: true },
    id: { type: String, required: true },
    version: { type: String, required: true },
    pool: { type: String, required: true },
    title: { type: String, required: true },
    description: String,
    actions: { type: [actionSchema], required: true },
    resources: { type: [resourceSchema], required: true },
    prompts: { type: [promptSchema], required: true },
    hash: { type: String, required: true },
    revision: String,
    publishedBy: { type: String, required: true },
    seenAt: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'plugins' },
).index({ id: 1, version: 1 }, { unique: true });
