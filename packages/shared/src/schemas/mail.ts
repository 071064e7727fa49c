import { z } from 'zod';

import { ObjectIdText } from './primitives.ts';
import { StoredTime } from './stored-value.ts';

/** Subject of a mail. */
export const MailKind = z.enum(['reset', 'none']);
export type MailKind = z.infer<typeof MailKind>;

/** Kinds whose mail contains a one-time token. */
export const MailTokenKind = z.enum(['reset']);
export type MailTokenKind = z.infer<typeof MailTokenKind>;

/** 128 random bits. On its own it opens nothing: the token is its HMAC. */
export const MailTokenId = z.string().regex(/^[\w-]{22}$/);

/**
 * Payload of one mail. The kind `none` sends nothing: a request for an unknown address is stored, delivered and ended like
 * one for an account, so that neither its response nor its time tells which it was.
 */
export const MailPayload = z.strictObject({
  kind: MailKind,
  address: z.string().max(254),
  tokenId: MailTokenId,
});
export type MailPayload = z.infer<typeof MailPayload>;

/** A one-time token as stored in `mailtokens`; `_id` is its id. Deleted by its use. */
export const MailTokenRecord = z.object({
  _id: MailTokenId,
  kind: MailTokenKind,
  /** Absent if the address belongs to no account: such a token is refused. */
  userId: ObjectIdText.optional(),
  expiresAt: StoredTime,
  createdAt: StoredTime,
  updatedAt: StoredTime,
});
export type MailTokenRecord = z.infer<typeof MailTokenRecord>;

/** Owner of the executions that the server itself creates. Not an account: no ObjectId of MongoDB is all zeros. */
export const SYSTEM_OWNER = '0'.repeat(24);

/** Plugin, action and pool of mails. Ids with this prefix are reserved, so no other plugin can take them. */
export const MAIL_WORK = { plugin: 'internal-mail', action: 'send', pool: 'mail' } as const;
