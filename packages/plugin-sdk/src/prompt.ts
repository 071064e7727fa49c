import { z } from 'zod';

import type { ActionContext, ActionSpec, SettingsSchema } from './plugin.ts';
import { CataloguePrompt } from './schemas/catalogue.ts';
import { PromptMessages } from './schemas/content.ts';

const MAX_ARGUMENT_LENGTH = 10_000;

/** An argument is a text; `completions` are offered while it is typed. */
export interface PromptArgument {
  description: string;
  required?: boolean;
  completions?: readonly string[];
}

type Given<A extends Record<string, PromptArgument>> = {
  [Name in keyof A]: A[Name]['required'] extends true ? string : string | undefined;
};

interface PromptSpec<A extends Record<string, PromptArgument>, S extends SettingsSchema> {
  /** Its name in place of its key. */
  publicName?: string;
  title: string;
  description: string;
  arguments?: A;
  /** Longest run of one attempt in milliseconds. Default 60,000. */
  timeoutMs?: number;
  /** The schema that its plugin declares: gives `ctx.settings` its type. */
  settings?: S;
  get(given: Given<A>, ctx: ActionContext<z.output<S>>): Promise<PromptMessages> | PromptMessages;
}

/** Messages to start a conversation from; made by `definePrompt`. */
export interface Prompt {
  /** What carries it out; its input are the arguments. */
  action: ActionSpec<z.ZodObject, typeof PromptMessages, SettingsSchema>;
  /** Its entry in the catalogue. */
  describe: (name: string, action: string) => CataloguePrompt;
}

/** Declares a prompt. */
export function definePrompt<
  const A extends Record<string, PromptArgument> = Record<string, never>,
  S extends SettingsSchema = SettingsSchema,
>(spec: PromptSpec<A, S>): Prompt {
  const known = Object.entries<PromptArgument>(spec.arguments ?? {});
  const { title, description, timeoutMs, settings, publicName } = spec;
  return {
    action: {
      title,
      description,
      input: z.strictObject(Object.fromEntries(known.map(([name, argument]) => [name, toText(argument)]))),
      output: PromptMessages,
      annotations: { readOnly: true, idempotent: true },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(settings === undefined ? {} : { settings }),
      run: (given, ctx) => spec.get(given as Given<A>, ctx as ActionContext<z.output<S>>),
    },
    describe: (name, action) =>
      CataloguePrompt.parse({
        name: publicName ?? name,
        title,
        description,
        arguments: known.map(([argumentName, argument]) => ({
          name: argumentName,
          description: argument.description,
          required: argument.required ?? false,
          completions: [...(argument.completions ?? [])],
        })),
        action,
      }),
  };
}

function toText({ description, required }: PromptArgument): z.ZodType {
  const text = z.string().max(MAX_ARGUMENT_LENGTH).describe(description);
  return required ? text : text.optional();
}
