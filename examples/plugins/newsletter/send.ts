import { defineAction, FatalError, RetryableError } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

import { Settings } from './settings.ts';

export const send = defineAction({
  title: 'Send a newsletter',
  description: 'Sends one text to many people, once to each.',
  input: z.strictObject({ text: z.string().min(1), to: z.array(z.email()).min(1) }),
  output: z.strictObject({ sent: z.int() }),
  timeoutMs: 120_000,
  retry: { attempts: 5, delayMs: 1_000, maxDelayMs: 60_000 },
  annotations: { destructive: true, idempotent: true, openWorld: true },
  settings: Settings,
  async run({ text, to }, { settings, signal, idempotencyKey, progress, log, once }) {
    if (to.length > settings.maxRecipients) {
      throw new FatalError(`At most ${settings.maxRecipients} people.`, { code: 'TOO_MANY' });
    }
    for (const [index, address] of to.entries()) {
      await once(`mail-${index}`, async () => {
        const response = await fetch(settings.mailUrl, {
          method: 'POST',
          headers: {
            'Content-Type': 'application/json',
            'Idempotency-Key': `${idempotencyKey}-${index}`,
            ...(settings.mailToken ? { Authorization: `Bearer ${settings.mailToken}` } : {}),
          },
          body: JSON.stringify({ address, text }),
          signal,
        });
        if (response.status === 429)
          throw new RetryableError('The mail server is busy.', { retryAfterMs: 50 });
        if (!response.ok) throw new Error(`The mail server answered ${response.status}.`);
        await response.body?.cancel();
      });
      progress(index + 1, to.length);
    }
    log.info('the newsletter is out');
    return { sent: to.length };
  },
});
