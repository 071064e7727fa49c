import { z } from 'zod';

import { Name, Unreadable } from './primitives.ts';
import { StoredTime } from './stored-value.ts';

/** Targets that can be paused. */
export const PauseKind = z.enum(['pool', 'plugin']);
export type PauseKind = z.infer<typeof PauseKind>;

/** Reason that an operator gives for a pause. */
export const PauseReason = Name.max(500);

/** A pause as stored in `pauses`: while the document exists, nothing of its target starts. `_id` is `<kind>:<name>`. */
export const PauseRecord = z.object({
  _id: z.string(),
  kind: PauseKind,
  name: z.string(),
  /** Id of the account that paused it. */
  by: z.string(),
  reason: z.string().optional(),
  /** Database clock. */
  since: StoredTime,
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type PauseRecord = z.infer<typeof PauseRecord>;

/** A pause in API responses. */
export const Pause = z.object({
  since: z.iso.datetime(),
  by: z.string().describe('Id of the account that paused it'),
  reason: z.string().optional(),
  unreadable: Unreadable,
});
export type Pause = z.infer<typeof Pause>;
