import { z } from 'zod';

/** The three kinds of question of the Model Context Protocol. */
export const InputMethod = z.enum(['elicitation/create', 'sampling/createMessage', 'roots/list']);
export type InputMethod = z.infer<typeof InputMethod>;

/** Key of one question within its execution; the same in every attempt. */
export const InputKey = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 of letters, digits, - and _');

/** A question as an action asks it. `params` are those of the protocol for its method. */
export const InputRequest = z.object({
  method: InputMethod,
  params: z.record(z.string(), z.unknown()),
});
export type InputRequest = z.infer<typeof InputRequest>;
