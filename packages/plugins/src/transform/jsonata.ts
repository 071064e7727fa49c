import { defineAction } from '@mcp-server/plugin-sdk';
import { z } from 'zod';

import { evaluate } from './evaluate.ts';

const MAX_EXPRESSION_CHARS = 32_768;
const MAX_TIMEOUT_MS = 30_000;
const DEFAULT_TIMEOUT_MS = 5_000;
/** Includes the wait for a free process, which does not count towards the expression's own limit. */
const ACTION_TIMEOUT_MS = 120_000;

export const jsonata = defineAction({
  title: 'JSONata',
  description:
    'Evaluates a JSONata expression over JSON data. An expression that selects nothing returns null.',
  input: z.strictObject({
    expression: z
      .string()
      .min(1)
      .max(MAX_EXPRESSION_CHARS)
      .describe('JSONata 2, see https://docs.jsonata.org'),
    data: z.unknown().describe('Any JSON value'),
    timeoutMs: z.int().min(10).max(MAX_TIMEOUT_MS).default(DEFAULT_TIMEOUT_MS),
  }),
  output: z.strictObject({ result: z.unknown() }),
  timeoutMs: ACTION_TIMEOUT_MS,
  annotations: { readOnly: true, idempotent: true },
  run: async (input, { signal }) => ({ result: await evaluate(input, signal) }),
});
