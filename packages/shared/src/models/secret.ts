import { Schema } from 'mongoose';

import type { SecretRecord } from '../schemas/secret.ts';
import { embeddedOptions, schemaOptions } from './schema-options.ts';

const grantSchema = new Schema(
  { plugin: { type: String, required: true }, package: String },
  embeddedOptions,
);

/** Owners have a bounded number of them, which are listed together. */
export const secretSchema = new Schema<SecretRecord>(
  {
    _id: { type: String, required: true },
    owner: { type: String, required: true },
    name: { type: String, required: true },
    version: { type: Number, required: true },
    hosts: { type: [String], required: true },
    plugins: { type: [grantSchema], required: true },
    keyId: { type: String, required: true },
    wrappedKey: { type: String, required: true },
    sealed: { type: String, required: true },
  },
  { ...schemaOptions, collection: 'secrets' },
).index({ owner: 1, name: 1 });
