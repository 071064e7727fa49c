import { openMailCatcher } from '../mail-catcher.ts';
import type { Log } from '../service.ts';

const DEFAULT_PORT = '3000';

interface LocalMailOptions {
  env: NodeJS.ProcessEnv;
  /** Receives everything that is opened. */
  opened: AsyncDisposableStack;
  log: Log;
}

/**
 * Settings for mails of an installation on this machine. Without a mail server of its own it gets one that prints the link of
 * each mail. In production mail stays off.
 */
export async function openLocalMail({ env, opened, log }: LocalMailOptions): Promise<NodeJS.ProcessEnv> {
  if (env['SMTP_URL'] || env['NODE_ENV'] === 'production') return {};
  const catcher = await openMailCatcher({
    onMail({ to, subject = '', text = '' }) {
      const recipient = (Array.isArray(to) ? to[0] : to)?.text ?? '';
      const link = /https?:\/\/\S+#token=\S+/.exec(text)?.[0] ?? 'no link';
      log(`mail to ${recipient}, "${subject}": ${link}`);
    },
  });
  opened.defer(() => catcher.close());
  return { SMTP_URL: catcher.url, MAIL_FROM: env['MAIL_FROM'] || 'MCP server <noreply@example.com>' };
}

/**
 * Environment of the worker: links in mails need the address of the API, which is known only once that listens if its port is
 * any free one.
 */
export async function withLinks(
  env: NodeJS.ProcessEnv,
  apiPort: () => Promise<unknown>,
): Promise<NodeJS.ProcessEnv> {
  if (env['PUBLIC_URL']) return env;
  const port = env['PORT'] === '0' ? String(await apiPort()) : env['PORT'] || DEFAULT_PORT;
  return { ...env, PUBLIC_URL: `http://localhost:${port}` };
}
