import { Schema } from 'mongoose';

import { type MarketplacePackage, PackageState } from '../schemas/marketplace.ts';
import { embeddedOptions, schemaOptions } from './schema-options.ts';

const resolvedVersion = new Schema(
  {
    version: { type: String, required: true },
    lock: { type: String, required: true },
    by: { type: String, required: true },
    at: { type: Date, required: true },
  },
  embeddedOptions,
);

export const marketplacePackageSchema = new Schema<MarketplacePackage>(
  {
    _id: { type: String, required: true },
    revision: { type: Number, required: true },
    state: { type: String, enum: PackageState.options, required: true },
    version: { type: String, required: true },
    lock: String,
    pluginId: String,
    isPinned: { type: Boolean, required: true },
    problem: String,
    by: { type: String, required: true },
    at: { type: Date, required: true },
    earlier: { type: [resolvedVersion], required: true },
    expiresAt: Date,
  },
  { ...schemaOptions, collection: 'marketplacepackages' },
)
  .index({ pluginId: 1 }, { unique: true, partialFilterExpression: { pluginId: { $exists: true } } })
  .index({ expiresAt: 1 }, { expireAfterSeconds: 0 });
