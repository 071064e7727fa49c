import { z } from 'zod';

import type { InputMethod } from './input.ts';

/** A person's answer to a form. `content` is present if the form was accepted. */
export const ElicitedAnswer = z.discriminatedUnion('action', [
  z.object({ action: z.literal('accept'), content: z.record(z.string(), z.json()).default({}) }),
  z.object({ action: z.enum(['decline', 'cancel']) }),
]);
export type ElicitedAnswer = z.infer<typeof ElicitedAnswer>;

const SampledContent = z.looseObject({ type: z.string() });

/** A model's message; `content` is one block or several, in the protocol's shape. */
export const SampledAnswer = z.object({
  role: z.enum(['user', 'assistant']),
  content: z.union([SampledContent, z.array(SampledContent)]),
  model: z.string().optional(),
  stopReason: z.string().optional(),
});
export type SampledAnswer = z.infer<typeof SampledAnswer>;

/** Folders that a client works in. */
export const RootsAnswer = z.object({
  roots: z.array(
    z.object({
      uri: z.string().max(2_000).startsWith('file://', 'must start with file://'),
      name: z.string().max(500).optional(),
    }),
  ),
});
export type RootsAnswer = z.infer<typeof RootsAnswer>;

/** Schema of the answer to each kind of question. */
export const ANSWER_OF_METHOD = {
  'elicitation/create': ElicitedAnswer,
  'sampling/createMessage': SampledAnswer,
  'roots/list': RootsAnswer,
} as const satisfies Record<InputMethod, z.ZodType>;
