import { openMailCatcher } from '@mcp-server/local';

import { waitFor } from './wait-for.ts';

export interface CaughtMail {
  to: string;
  from: string;
  subject: string;
  messageId: string;
  text: string;
  html: string;
  /** The one-time link, as the text has it. */
  link: URL;
  token: string;
}

export interface Mailbox {
  /** `SMTP_URL` of the server. */
  url: string;
  mails: CaughtMail[];
  /** Called before a mail is acknowledged; by default it is at once. */
  beforeAcknowledge: (mail: CaughtMail) => Promise<void> | void;
  /** Waits for the newest mail to this address, when there are at least `count`. */
  receive: (to: string, count?: number) => Promise<CaughtMail>;
}

/** Starts a real SMTP server that keeps the mails. */
export async function catchMails(t: { teardown(fn: () => Promise<void>): void }): Promise<Mailbox> {
  const mails: CaughtMail[] = [];
  const catcher = await openMailCatcher({
    async onMail({ text = '', html, messageId = '', subject = '', to, from }) {
      const link = new URL(/https?:\/\/\S+#token=\S+/.exec(text)?.[0] ?? 'about:blank');
      const mail = {
        to: (Array.isArray(to) ? to[0] : to)?.value[0]?.address ?? '',
        from: from?.text ?? '',
        subject,
        messageId,
        text,
        html: html || '',
        link,
        token: new URLSearchParams(link.hash.slice(1)).get('token') ?? '',
      };
      mails.push(mail);
      await mailbox.beforeAcknowledge(mail);
    },
  });
  t.teardown(() => catcher.close());
  const mailbox: Mailbox = {
    url: catcher.url,
    mails,
    beforeAcknowledge: () => undefined,
    receive: (address, count = 1) =>
      waitFor(`${count} mails to ${address}`, () => {
        const received = mails.filter(({ to }) => to === address);
        return received.length >= count && received.at(-1);
      }),
  };
  return mailbox;
}
