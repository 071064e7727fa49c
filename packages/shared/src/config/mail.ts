import { z } from 'zod';

import { settingsGroup } from './settings-group.ts';

/** Options of the address; others, such as a logger or a path, are refused, because nodemailer would take them. */
const OPTIONS = new Set(['requireTLS', 'ignoreTLS', 'tls.rejectUnauthorized', 'tls.servername', 'name']);

const smtpUrl = z
  .string()
  .regex(/^smtps?:\/\//, { message: 'must begin with smtp:// or smtps://', abort: true })
  .refine(isReadable, 'cannot be parsed; percent-encode special characters of the user and the password')
  .refine(
    (text) =>
      !URL.canParse(text) || [...new URL(text).searchParams.keys()].every((name) => OPTIONS.has(name)),
    `has an unknown option; known are ${[...OPTIONS].join(', ')}`,
  );

function isReadable(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname, pathname, hash, username, password } = new URL(text);
  try {
    decodeURIComponent(username);
    decodeURIComponent(password);
  } catch {
    return false;
  }
  return hostname !== '' && hash === '' && (pathname === '' || pathname === '/');
}

/** `address`, or `Name <address>`. Line breaks would add headers. */
const sender = z.string().refine((text) => {
  const { name = '', address } =
    /^(?:(?<name>[^<>"\r\n]{0,100})<(?<address>[^<>\s]+)>|)$/.exec(text)?.groups ?? {};
  return z.email().safeParse(address ?? text).success && !/\p{Cc}/u.test(name);
}, 'must be an address such as noreply@example.com or "Example <noreply@example.com>"');

/** Settings of mails; API and workers must agree. */
export const mailConfig = settingsGroup('Mail', {
  SMTP_URL: smtpUrl
    .optional()
    .describe(
      'Mail server, such as `smtps://user:password@mail.example.com`; needs `SECRETS_KEY`, and on workers `MAIL_FROM` and ' +
        '`PUBLIC_URL`. Workers that have it send the mails. Unset, mail is off, but `npm start` catches mails and prints their links',
    ),
  MAIL_FROM: sender.optional().describe('Sender of all mails, such as `Example <noreply@example.com>`'),
});

/** Refines the settings of a process: mail cannot work without these. */
export const requireWithMail =
  (...names: string[]) =>
  (env: Readonly<Record<string, unknown>>, context: z.core.$RefinementCtx): void => {
    if (env['SMTP_URL'] === undefined) return;
    for (const name of names.filter((name) => env[name] === undefined))
      context.addIssue({ code: 'custom', path: [name], message: 'must be set, because SMTP_URL is' });
  };
