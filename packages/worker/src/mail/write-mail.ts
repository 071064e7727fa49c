import type { MailTokenKind } from '@mcp-server/shared';
import { Eta } from 'eta';

import { TEMPLATES } from './templates.ts';

export interface WrittenMail {
  subject: string;
  text: string;
  html: string;
}

/** Escapes what it inserts; texts must stay as they are. */
const html = new Eta({ autoEscape: true });
const text = new Eta({ autoEscape: false });

/** Writes a mail. The token is in the fragment of its link, which browsers do not send: no log and no referrer contains it. */
export async function writeMail(
  kind: MailTokenKind,
  { origin, token }: { origin: string; token: string },
): Promise<WrittenMail> {
  const { path, ...template } = TEMPLATES[kind];
  const values = { origin, link: `${origin}${path}#token=${token}` };
  return {
    subject: template.subject,
    text: await text.renderStringAsync(template.text, values),
    html: await html.renderStringAsync(template.html, values),
  };
}
