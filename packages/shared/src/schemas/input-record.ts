import { InputKey, InputMethod } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { JsonValue } from './primitives.ts';

/** A question as stored. `params` and `answer` are JSON text; times are the database's. */
export const InputRecord = z.object({
  key: InputKey,
  method: InputMethod,
  params: z.string(),
  /** Of the attempt that asked. */
  epoch: z.int(),
  askedAt: z.date(),
  /** The protocol's result for its method: `{action, content}`, a sampled message, or `{roots}`. */
  answer: z.string().optional(),
  answeredAt: z.date().optional(),
});
export type InputRecord = z.infer<typeof InputRecord>;

/** A question as answered by the API; `params` and `answer` in the protocol's shape, times ISO 8601. */
export const Input = z.object({
  key: z.string(),
  method: InputMethod,
  params: JsonValue,
  askedAt: z.iso.datetime(),
  answer: JsonValue.optional(),
  answeredAt: z.iso.datetime().optional(),
});
export type Input = z.infer<typeof Input>;
