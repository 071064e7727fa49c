import type { SchemaOptions } from 'mongoose';

/** Options of every schema: unknown fields throw instead of vanishing, empty objects stay, no `__v`, no own ids. */
export const schemaOptions = {
  strict: 'throw',
  strictQuery: 'throw',
  minimize: false,
  versionKey: false,
  id: false,
  timestamps: true,
} as const satisfies SchemaOptions;

/** Options of an embedded document. */
export const embeddedOptions = {
  strict: 'throw',
  minimize: false,
  _id: false,
  id: false,
} as const satisfies SchemaOptions;
