import { createHmac, hkdfSync, type KeyObject, timingSafeEqual } from 'node:crypto';

import { MailTokenId, type MailTokenKind } from '../schemas/mail.ts';
import type { SecretKey, SecretKeys } from './secret-keys.ts';

const SHAPE = /^(?<id>[\w-]{22})\.(?<mac>[\w-]{43})$/;
const KEY_BYTES = 32;

/**
 * One-time token of a mail: its id and an HMAC of kind and id. It exists in the mail alone: the API stores the id, the worker that
 * sends the mail computes the rest, always to the same text. The key is derived from the first one of `SECRETS_KEY`.
 */
export const signMailToken = ([key]: SecretKeys, token: { kind: MailTokenKind; id: string }): string =>
  `${token.id}.${macOf(key, token).toString('base64url')}`;

/** Id of a token of this kind that any of the keys signed; undefined for every other text. */
export function readMailToken(keys: SecretKeys, kind: MailTokenKind, token: string): string | undefined {
  const { id, mac } = SHAPE.exec(token)?.groups ?? {};
  if (id === undefined || mac === undefined || !MailTokenId.safeParse(id).success) return undefined;
  const received = Buffer.from(mac, 'base64url');
  const isSigned = keys.map((key) => timingSafeEqual(macOf(key, { kind, id }), received)).includes(true);
  return isSigned ? id : undefined;
}

function macOf({ key }: SecretKey, { kind, id }: { kind: MailTokenKind; id: string }): Buffer {
  return createHmac('sha256', derive(key)).update(`${kind} ${id}`).digest();
}

const derive = (key: KeyObject): Buffer =>
  Buffer.from(hkdfSync('sha256', key, '', 'mcp-server mail tokens', KEY_BYTES));
