import type { Model } from 'mongoose';

import { holdsNow, inMs, NOW } from '../executions/db-time.ts';
import type { MailTokenKind, MailTokenRecord } from '../schemas/mail.ts';

type MailTokenModel = Model<MailTokenRecord>;

/** Stores a one-time token. Without a user it costs the same and is never good for anything. */
export async function insertMailToken(
  model: MailTokenModel,
  { id, lifeMs, ...token }: { id: string; kind: MailTokenKind; userId: string | undefined; lifeMs: number },
): Promise<void> {
  const { kind, userId = '$$REMOVE' } = token;
  await model.updateOne(
    { _id: id },
    [{ $set: { kind, userId, expiresAt: inMs(lifeMs), createdAt: NOW, updatedAt: NOW } }],
    { upsert: true, updatePipeline: true, timestamps: false },
  );
}

const isOpen = ({ id, kind }: { id: string; kind: MailTokenKind }) => ({
  _id: id,
  kind,
  userId: { $exists: true },
  ...holdsNow({ $gt: ['$expiresAt', NOW] }),
});

/** True if the token could be consumed now; checked before costly work. */
export async function isMailTokenOpen(
  model: MailTokenModel,
  token: { id: string; kind: MailTokenKind },
): Promise<boolean> {
  return (await model.exists(isOpen(token))) !== null;
}

/** Consumes a token by deleting it, so of many concurrent requests one gets its user; undefined for the others. */
export async function consumeMailToken(
  model: MailTokenModel,
  token: { id: string; kind: MailTokenKind },
): Promise<(MailTokenRecord & { userId: string }) | undefined> {
  const record = await model.findOneAndDelete(isOpen(token)).lean<MailTokenRecord & { userId: string }>();
  return record ?? undefined;
}

/** Deletes all tokens of a user: after a new password no earlier link may work. */
export async function deleteMailTokensOf(model: MailTokenModel, userId: string): Promise<void> {
  await model.deleteMany({ userId });
}
