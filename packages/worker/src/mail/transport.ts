import { FatalError, RetryableError } from '@mcp-server/plugin-sdk';
import { createTransport, type SendMailOptions } from 'nodemailer';

const TIMEOUT_MS = 10_000;
/** RFC 5321: replies from 500 on are permanent. */
const PERMANENT = 500;

export interface MailTransport {
  /** Resolves once the server took the mail. @throws {RetryableError} {FatalError} whose text names neither addresses nor content. */
  send(mail: SendMailOptions): Promise<void>;
}

/** One connection for each mail: mails are few, and no open connection has to be watched. */
export function buildTransport(url: string): MailTransport {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail(mail);
      } catch (error) {
        throw toActionError(error as { code?: string; responseCode?: number });
      }
    },
  };
}

/** The server's own text may repeat the address, so only its number is kept. */
function toActionError({ code = 'unknown', responseCode }: { code?: string; responseCode?: number }): Error {
  const message =
    responseCode === undefined
      ? `The mail server could not be used (${code}).`
      : `The mail server answered ${responseCode} (${code}).`;
  // Wrong credentials are a matter of settings, which an operator can fix while the mail is retried.
  const isFinal = responseCode !== undefined && responseCode >= PERMANENT && code !== 'EAUTH';
  return isFinal
    ? new FatalError(message, { code: 'MAIL_REFUSED' })
    : new RetryableError(message, { code: 'MAIL_FAILED' });
}
