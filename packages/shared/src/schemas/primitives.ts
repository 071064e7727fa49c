import { z } from 'zod';

/** Roles from least to most powerful. */
export const Role = z.enum(['user', 'developer', 'admin']);
export type Role = z.infer<typeof Role>;

export const Priority = z.enum(['low', 'normal', 'high', 'urgent']);
export type Priority = z.infer<typeof Priority>;

/** A MongoDB ObjectId as 24 hex digits. */
export const ObjectIdText = z.string().regex(/^[0-9a-f]{24}$/, 'must be 24 hexadecimal digits');

/** A time sent by a caller: ISO 8601 with a zone. */
export const Instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

/** Sent by callers in `Idempotency-Key`; printable ASCII. */
export const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable characters');

export const JsonValue = z.json();
export type JsonValue = z.infer<typeof JsonValue>;

/** In a response: what of the stored record could not be read. */
export const Unreadable = z
  .array(z.string())
  .optional()
  .describe(
    'Pointers of stored fields that could not be read, by their stored names. They are missing here or have a plain value',
  );
