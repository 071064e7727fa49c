import { defineAction, RetryableError } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

export const callSink = defineAction({
  title: 'Call the sink',
  description: 'Has one side effect, which the sink records; runs it through `ctx.once` if `once` is true.',
  input: z.strictObject({ token: z.string().max(64), url: z.url(), once: z.boolean() }),
  output: z.object({ token: z.string(), receipt: z.int() }),
  timeoutMs: 20_000,
  retry: { attempts: 10, delayMs: 200, maxDelayMs: 1_000 },
  onCrash: 'rerun',
  annotations: { openWorld: true },
  async run({ token, url, once }, ctx) {
    const call = async (): Promise<number> => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'idempotency-key': ctx.idempotencyKey, 'content-type': 'application/json' },
        body: JSON.stringify({ kind: once ? 'once' : 'plain', attempt: ctx.attempt }),
        signal: ctx.signal,
      });
      if (!response.ok) throw new RetryableError(`The sink answered ${response.status}.`);
      const { receipt } = (await response.json()) as { receipt: number };
      return receipt;
    };
    return { token, receipt: await (once ? ctx.once('call', call) : call()) };
  },
});
