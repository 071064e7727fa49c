import { defineAction } from '@mcp-server/plugin-sdk';

import { performRequest } from './perform.ts';
import { RequestInput, RequestOutput } from './request-input.ts';
import { HttpSettings } from './settings.ts';

export const request = defineAction({
  title: 'HTTP request',
  description:
    'Sends an HTTP request to a public host and returns the response. 429 and 5xx are retried and heed Retry-After; ' +
    'other responses are results. POST and PATCH carry an Idempotency-Key.',
  input: RequestInput,
  output: RequestOutput,
  // Longer than any `timeoutMs` of the input, whose message is more specific.
  timeoutMs: 130_000,
  retry: { attempts: 4, delayMs: 500, maxDelayMs: 30_000 },
  annotations: { destructive: true, openWorld: true },
  // Retried as after a 5xx: the receiver recognises a retry by its Idempotency-Key.
  onCrash: 'rerun',
  settings: HttpSettings,
  run: (input, ctx) => performRequest(input, ctx),
});
