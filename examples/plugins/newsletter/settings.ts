import { secret } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

/** Read from NEWSLETTER_PLUGIN_MAIL_URL, …_MAIL_TOKEN and …_MAX_RECIPIENTS when a worker starts. */
export const Settings = z.strictObject({
  mailUrl: z.url().default('http://127.0.0.1:8025/send'),
  mailToken: secret().optional(),
  maxRecipients: z.coerce.number().int().min(1).default(100),
});
