import { defineAction, definePlugin, type Plugin } from '@mcp-server/plugin-sdk';
import { MAIL_WORK, MailPayload, signMailToken } from '@mcp-server/shared';
import { z } from 'zod';

import type { WorkerConfig } from '../config.ts';
import { buildTransport } from './transport.ts';
import { writeMail } from './write-mail.ts';

type MailSettings = Pick<WorkerConfig, 'SMTP_URL' | 'MAIL_FROM' | 'PUBLIC_URL' | 'SECRETS_KEY'>;

/** The plugin that sends the server's mails; undefined without a mail server. */
export function buildMailPlugin(settings: MailSettings): Plugin | undefined {
  const { SMTP_URL: url, MAIL_FROM: from, PUBLIC_URL: origin, SECRETS_KEY: keys } = settings;
  if (url === undefined || from === undefined || origin === undefined || keys === undefined) return undefined;
  const transport = buildTransport(url);
  const { plugin, action, pool } = MAIL_WORK;
  const send = defineAction({
    title: 'Send a mail',
    description: 'Sends one of the mails of the server.',
    input: MailPayload,
    output: z.strictObject({}),
    onCrash: 'rerun',
    annotations: { idempotent: true },
    // Neither the result nor an error contains the link: both are stored.
    async run({ kind, address, tokenId }, { executionId }) {
      if (kind === 'none') return {};
      const token = signMailToken(keys, { kind, id: tokenId });
      const mail = await writeMail(kind, { origin, token });
      // The same in every attempt, so that a mail that arrives twice can be recognised.
      const messageId = `<${executionId}@${new URL(origin).hostname}>`;
      await transport.send({ ...mail, from, to: { name: '', address }, messageId });
      return {};
    },
  });
  const declared = definePlugin({
    id: pool,
    pool,
    version: '1.0.0',
    title: 'Mail',
    description: 'Mails of the server.',
    actions: { [action]: send },
  });
  return { ...declared, id: plugin };
}
