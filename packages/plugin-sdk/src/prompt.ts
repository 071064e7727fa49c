import { z } from 'zod';

import type { ActionContext, ActionSpec, SettingsSchema } from './action.ts';
import type { CataloguePrompt } from './schemas/catalogue.ts';
import { PromptMessages } from './schemas/content.ts';

const MAX_ARGUMENT_LENGTH = 10_000;

/** Argument of a prompt: a text. `completions` are suggested while a user types it. */
export interface PromptArgument {
  description: string;
  required?: boolean;
  completions?: readonly string[];
}

type ArgumentValues<A extends Record<string, PromptArgument>> = {
  [Name in keyof A]: A[Name]['required'] extends true ? string : string | undefined;
};

/** Argument of `definePrompt`. */
export interface PromptSpec<A extends Record<string, PromptArgument>, S extends SettingsSchema> {
  /** Name of the prompt instead of its key in the plugin. */
  publicName?: string;
  title: string;
  description: string;
  arguments?: A;
  /** Time limit of one attempt in milliseconds. Default 60,000. */
  timeoutMs?: number;
  /** The settings schema of the plugin. It gives `ctx.settings` its type. */
  settings?: S;
  get(values: ArgumentValues<A>, ctx: ActionContext<z.output<S>>): Promise<PromptMessages> | PromptMessages;
}

/** Messages to start a conversation with; built by `definePrompt`. */
export interface Prompt {
  /** Backing action; its input is the arguments. */
  action: ActionSpec<z.ZodObject, typeof PromptMessages, SettingsSchema>;
  /** Builds its entry in the catalogue. */
  describe: (name: string, action: string) => CataloguePrompt;
}

/** Declares a prompt. */
export function definePrompt<
  const A extends Record<string, PromptArgument> = Record<string, never>,
  S extends SettingsSchema = SettingsSchema,
>(spec: PromptSpec<A, S>): Prompt {
  const promptArguments = Object.entries<PromptArgument>(spec.arguments ?? {});
  const { title, description, timeoutMs, settings, publicName } = spec;
  return {
    action: {
      title,
      description,
      input: z.strictObject(
        Object.fromEntries(promptArguments.map(([name, argument]) => [name, toText(argument)])),
      ),
      output: PromptMessages,
      annotations: { readOnly: true, idempotent: true },
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      ...(settings === undefined ? {} : { settings }),
      run: (values, ctx) => spec.get(values as ArgumentValues<A>, ctx as ActionContext<z.output<S>>),
    },
    describe: (name, action) => ({
      name: publicName ?? name,
      title,
      description,
      arguments: promptArguments.map(([argumentName, argument]) => ({
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
