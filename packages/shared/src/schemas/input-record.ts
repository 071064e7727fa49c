import { InputKey, InputMethod } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

import { JsonValue } from './primitives.ts';
import { JsonObjectText, JsonText, StoredTime } from './stored-value.ts';

/** A question as stored. `params` and `answer` are JSON text; times are the database's. */
export const InputRecord = z.object({
  key: InputKey,
  method: InputMethod,
  params: JsonObjectText,
  /** Epoch of the attempt that asked. */
  epoch: z.int(),
  askedAt: StoredTime,
  /** Result of the protocol for the method: `{action, content}`, a sampled message, or `{roots}`. */
  answer: JsonText.optional(),
  answeredAt: StoredTime.optional(),
});
export type InputRecord = z.infer<typeof InputRecord>;

/** A question in API responses; `params` and `answer` have the protocol's shape, times are ISO 8601. */
export const Input = z.object({
  key: z.string(),
  method: InputMethod,
  params: JsonValue,
  askedAt: z.iso.datetime(),
  answer: JsonValue.optional(),
  answeredAt: z.iso.datetime().optional(),
});
export type Input = z.infer<typeof Input>;
