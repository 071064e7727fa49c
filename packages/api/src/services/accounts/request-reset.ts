import { randomBytes } from 'node:crypto';

import {
  errors,
  findUserByEmail,
  insertMailToken,
  type Models,
  submitMail,
  type SubmitDeps,
} from '@mcp-server/shared';

import type { MailThrottle } from './mail-throttle.ts';
import { MAIL_TOKEN_SECONDS } from './mail-tokens.ts';

export interface MailDeps extends Pick<
  SubmitDeps,
  'writes' | 'databaseClock' | 'queues' | 'events' | 'logger'
> {
  models: Models;
  config: SubmitDeps['config'] & { SMTP_URL?: string | undefined };
  mailThrottle: MailThrottle;
}

const ID_BYTES = 16;

/**
 * Sends a link for a new password to an address. Known, unknown and disabled accounts get the same response after the same work.
 * @throws {errors.MailOff} {errors.TooManyRequests} {errors.DatabaseUnavailable} {errors.AcceptUnknown}
 */
export async function requestReset(
  deps: MailDeps,
  { email: address }: { email: string },
  { ip }: { ip: string },
): Promise<void> {
  if (deps.config.SMTP_URL === undefined) throw new errors.MailOff();
  await deps.mailThrottle.take({ address, ip });
  const account = await findUserByEmail(deps.models.UserModel, address);
  const user = account?.isActive ? account : undefined;
  const tokenId = randomBytes(ID_BYTES).toString('base64url');
  const lifeMs = MAIL_TOKEN_SECONDS * 1_000;
  await insertMailToken(deps.models.MailTokenModel, { id: tokenId, kind: 'reset', userId: user?.id, lifeMs });
  await submitMail(deps, { kind: user ? 'reset' : 'none', address, tokenId }, { lifeMs });
}
