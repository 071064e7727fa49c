import { z } from 'zod';

import { JsonValue } from './primitives.ts';

/** The three kinds of question that the Model Context Protocol knows. */
export const InputMethod = z.enum(['elicitation/create', 'sampling/createMessage', 'roots/list']);
export type InputMethod = z.infer<typeof InputMethod>;

/** Names one question within its execution; the same one over all attempts. */
export const InputKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of letters, digits, - and _');

/** A question as an action asks it. `params` are the protocol's for its method. */
export const InputRequest = z.object({
  method: InputMethod,
  params: z.record(z.string(), z.unknown()),
});
export type InputRequest = z.infer<typeof InputRequest>;

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
