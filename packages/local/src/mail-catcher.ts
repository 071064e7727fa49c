import type { AddressInfo } from 'node:net';

import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface MailCatcher {
  /** `SMTP_URL` of it. */
  url: string;
  close(): Promise<void>;
}

export interface MailCatcherOptions {
  /** Called with each mail before it is acknowledged. A rejection refuses the mail; `responseCode` of its error is the reply. */
  onMail: (mail: ParsedMail) => Promise<void> | void;
}

/** Starts an SMTP server on this machine that delivers nothing and hands each mail over. */
export async function openMailCatcher({ onMail }: MailCatcherOptions): Promise<MailCatcher> {
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['AUTH', 'STARTTLS'],
    disableReverseLookup: true,
    onData(stream, _session, acknowledge) {
      void simpleParser(stream)
        .then(onMail)
        .then(
          () => acknowledge(),
          (error: Error) => acknowledge(error),
        );
    },
  });
  // A client that disconnects in the middle is the client's matter.
  server.on('error', () => undefined);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}
