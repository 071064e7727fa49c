import type { AttemptRequest, SecretValue } from '@mcp-server/plugin-sdk/attempt';
import { CatalogueAction, CataloguePrompt, CatalogueResource } from '@mcp-server/plugin-sdk/schemas';
import { z } from 'zod';

/** Longest message; a process that sends more is ended. The result of an attempt has a limit of its own below it. */
export const MAX_MESSAGE_BYTES = 20_971_520;

/** Message of a worker to the process of a package, one JSON text a line. */
export type ToProcess =
  | { kind: 'describe'; entry: string }
  | {
      kind: 'run';
      entry: string;
      action: string;
      request: AttemptRequest;
      maxResultBytes: number;
      abandonAfterMs: number;
      storedStepBytes: number;
    }
  | { kind: 'abort'; reason: string }
  | {
      kind: 'secret';
      id: number;
      secret?: SecretValue;
      failure?: { message: string; code?: string; isFatal: boolean };
    }
  | { kind: 'step'; id: number; result?: string; isLost?: boolean };

/** A plugin as its process describes it. */
export const PluginDescription = z.object({
  contractVersion: z.string().max(20),
  id: z.string().max(100),
  version: z.string().max(100),
  pool: z.string().max(100),
  title: z.string().max(200),
  description: z.string().max(5_000),
  actions: z.array(CatalogueAction.extend({ hasContent: z.boolean() })).max(500),
  resources: z.array(CatalogueResource).max(500),
  prompts: z.array(CataloguePrompt).max(500),
});
export type PluginDescription = z.infer<typeof PluginDescription>;

const Failure = z.object({
  kind: z.enum(['error', 'timeout', 'invalid_input', 'invalid_output']),
  message: z.string(),
  code: z.string().optional(),
});
const Level = z.enum(['debug', 'info', 'warn', 'error']);
const StepName = z.string().regex(/^[\w-]{1,64}$/);

/** How an attempt ended in its process. The worker's own attempt knows its stops. */
const ProcessEnd = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('completed'), result: z.string(), content: z.string().optional() }),
  z.object({ kind: z.literal('failed'), failure: Failure, stack: z.string().optional() }),
  z.object({
    kind: z.literal('retry'),
    failure: Failure,
    stack: z.string().optional(),
    delayMs: z.number().min(0).max(86_400_000),
  }),
  z.object({
    kind: z.literal('input_required'),
    inputs: z
      .array(
        z.object({
          key: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/),
          method: z.enum(['elicitation/create', 'sampling/createMessage', 'roots/list']),
          params: z.string().max(32_768),
        }),
      )
      .min(1)
      .max(50),
  }),
  z.object({ kind: z.literal('stopped') }),
]);
export type ProcessEnd = z.infer<typeof ProcessEnd>;

/** Message of the process of a package. Its code is not trusted, so each message is checked. */
export const FromProcess = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('described'), plugin: PluginDescription }),
  z.object({ kind: z.literal('broken'), subject: z.string(), problems: z.array(z.string()).min(1) }),
  z.object({ kind: z.literal('log'), level: Level, text: z.string() }),
  z.object({
    kind: z.literal('progress'),
    done: z.number(),
    total: z.number().optional(),
    message: z.string().optional(),
  }),
  z.object({
    kind: z.literal('step'),
    id: z.int(),
    call: z.enum(['read', 'start', 'end']),
    name: StepName,
    result: z.string().max(65_536).optional(),
  }),
  z.object({
    kind: z.literal('reading'),
    reading: z.enum(['owner', 'execution', 'secret', 'answer', 'step']),
  }),
  z.object({ kind: z.literal('secret'), id: z.int(), name: z.string().max(100) }),
  z.object({ kind: z.literal('ended'), end: ProcessEnd }),
]);
export type FromProcess = z.infer<typeof FromProcess>;
