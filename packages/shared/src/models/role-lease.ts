import { Schema } from 'mongoose';
import { z } from 'zod';

import { StoredTime } from '../schemas/stored-value.ts';
import { schemaOptions } from './schema-options.ts';

/** Lease of a role that one process holds at a time, such as the sweeper's; `until` is by the database clock. */
export const RoleLeaseRecord = z.object({
  _id: z.string(),
  holder: z.string(),
  until: StoredTime,
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type RoleLeaseRecord = z.infer<typeof RoleLeaseRecord>;

export const roleLeaseSchema = new Schema<RoleLeaseRecord>(
  {
    _id: { type: String, required: true },
    holder: { type: String, required: true },
    until: { type: Date, required: true },
  },
  { ...schemaOptions, collection: 'roleleases' },
);
