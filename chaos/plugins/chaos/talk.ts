import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

/** Texts that cost a masking with backtracking most, and some that hold a credential. */
const PARTS = [
  'deadbeef',
  'https://user:',
  'password is ',
  'eyJaaaaa.',
  '-----BEGIN ',
  'Bearer    ',
  'cookie: a=b\n',
];
const LENGTH = 4_000;
const TEXTS = PARTS.map((part) => part.repeat(Math.ceil(LENGTH / part.length)).slice(0, LENGTH));

export const talk = defineAction({
  title: 'Talk',
  description: 'Logs and reports `lines` long texts without a pause, fails once with one, then succeeds.',
  input: z.strictObject({ token: z.string().max(64), lines: z.int().min(1).max(1_000) }),
  output: z.object({ token: z.string() }),
  retry: { attempts: 3, delayMs: 200 },
  annotations: { readOnly: true, idempotent: true },
  run({ token, lines }, { attempt, log, progress }) {
    for (let line = 0; line < lines; line += 1) {
      const text = TEXTS[line % TEXTS.length] ?? '';
      // Masked, but not written: 150 MB of written lines would test how fast the rig reads them.
      log.debug(text);
      progress(line + 1, lines, text);
    }
    if (attempt === 1) throw new Error(TEXTS[token.length % TEXTS.length]);
    return { token };
  },
});
