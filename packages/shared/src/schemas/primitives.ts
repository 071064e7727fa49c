import { z } from 'zod';

/** Roles from least to most powerful. */
export const Role = z.enum(['user', 'developer', 'admin']);
export type Role = z.infer<typeof Role>;

export const Priority = z.enum(['low', 'normal', 'high', 'urgent']);
export type Priority = z.infer<typeof Priority>;

/** A MongoDB ObjectId as 24 hex digits. */
export const ObjectIdText = z.string().regex(/^[0-9a-f]{24}$/, 'must be 24 hexadecimal digits');

/** Range of times that ISO 8601 with four digits of a year can show, in UTC. */
const FIRST_MS = 0;
const LAST_MS = Date.parse('9999-12-31T23:59:59.999Z');

/** Text of a time sent by a caller: ISO 8601 with a zone, from 1970 through 9999 in UTC. */
export const InstantText = z.iso.datetime({ offset: true }).refine((text) => {
  const ms = Date.parse(text);
  return ms >= FIRST_MS && ms <= LAST_MS;
}, 'must be between the years 1970 and 9999 in UTC');

/** A time sent by a caller. */
export const Instant = InstantText.transform((text) => new Date(text));

/** Half of a character cannot be stored. */
const isWhole = (text: string): boolean => text.isWellFormed();
const NOT_WHOLE = 'must not contain half of a surrogate pair';

/** A text of people, of several lines. */
export const Prose = z.string().refine(isWhole, NOT_WHOLE);

/** A text of people that names something: trimmed, with at least one visible character. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .refine(isWhole, NOT_WHOLE)
  .refine((text) => text === '' || /[^\s\p{C}\p{Z}]/u.test(text), 'must contain a visible character');

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
