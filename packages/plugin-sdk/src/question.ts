import { z } from 'zod';

import { ElicitedAnswer, RootsAnswer, SampledAnswer } from './schemas/answer.ts';
import type { InputRequest } from './schemas/input.ts';

/** Thrown by `ctx.requestInput` when the requester refused. If it is not caught, the execution fails at once. */
export class InputDeclined extends Error {
  override name = 'InputDeclined';
  readonly code = 'INPUT_DECLINED';
  readonly key: string;
  /** `decline`: refused. `cancel`: left without an answer. */
  readonly action: 'decline' | 'cancel';
  constructor(key: string, action: 'decline' | 'cancel') {
    super(`The question "${key}" was answered with "${action}".`);
    this.key = key;
    this.action = action;
  }
}

/** Result of reading an answer. `unusable`: the question is asked again with `problem`, a text for people. */
export type AnswerReading<T> =
  | { kind: 'usable'; value: T }
  | { kind: 'declined'; action: 'decline' | 'cancel' }
  | { kind: 'unusable'; problem: string };

/** A question to the requester and the reader of its answer; built by `elicit`, `sampleModel` or `listRoots`. */
export interface Question<T> {
  readonly request: InputRequest;
  read(answer: unknown): AnswerReading<T>;
}

/** The answers to a set of questions, under the same keys. */
export type Answers<Q extends Record<string, Question<unknown>>> = {
  [Key in keyof Q]: Q[Key] extends Question<infer T> ? T : never;
};

/**
 * Asks a person to fill in a form with the fields of `schema`: a flat object of texts, numbers, booleans and choices.
 * @throws {TypeError} if the schema is not a flat form.
 */
export function elicit<S extends z.ZodObject>(schema: S, message: string): Question<z.output<S>> {
  return {
    request: {
      method: 'elicitation/create',
      params: { mode: 'form', message, requestedSchema: toFormSchema(schema) },
    },
    read(answer) {
      const elicited = ElicitedAnswer.safeParse(answer);
      if (!elicited.success) return unusable(elicited.error);
      if (elicited.data.action !== 'accept') return { kind: 'declined', action: elicited.data.action };
      return readBy(schema, elicited.data.content);
    },
  };
}

/** Argument of `sampleModel`; see `sampling/createMessage` of the protocol for the other fields. */
export interface SampleModelParams {
  messages: { role: 'user' | 'assistant'; content: { type: 'text'; text: string } }[];
  maxTokens: number;
  systemPrompt?: string;
  [field: string]: unknown;
}

/** Asks the model of the client for a message. */
export function sampleModel(params: SampleModelParams): Question<SampledAnswer> {
  const request = { method: 'sampling/createMessage' as const, params: { ...params } };
  return { request, read: (answer) => readBy(SampledAnswer, answer) };
}

/** Asks the client for the folders it works in. */
export function listRoots(): Question<RootsAnswer['roots']> {
  return {
    request: { method: 'roots/list', params: {} },
    read: (answer) =>
      readBy(
        RootsAnswer.transform(({ roots }) => roots),
        answer,
      ),
  };
}

function readBy<S extends z.ZodType>(schema: S, answer: unknown): AnswerReading<z.output<S>> {
  const parsed = schema.safeParse(answer);
  return parsed.success ? { kind: 'usable', value: parsed.data } : unusable(parsed.error);
}

const unusable = ({ issues }: z.ZodError) => ({
  kind: 'unusable' as const,
  problem: issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
});

/** Formats that the protocol allows in a form. */
const FORMATS = new Set(['email', 'uri', 'date', 'date-time']);
const FIELD_TYPES = new Set(['string', 'number', 'integer', 'boolean']);

interface Field {
  type?: string;
  format?: string;
  items?: { type?: string; enum?: unknown };
}

/** The part of JSON Schema that the protocol allows in a form. */
function toFormSchema(schema: z.ZodObject): Record<string, unknown> {
  const { properties = {}, required } = z.toJSONSchema(schema, { io: 'input' }) as {
    properties?: Record<string, Field>;
    required?: string[];
  };
  const fields = Object.entries(properties).map(([name, field]) => [name, toFormField(name, field)] as const);
  return { type: 'object', properties: Object.fromEntries(fields), ...(required ? { required } : {}) };
}

function toFormField(name: string, { format, ...field }: Field): Field {
  const isChoices =
    field.type === 'array' && field.items?.type === 'string' && field.items.enum !== undefined;
  if (!isChoices && !FIELD_TYPES.has(field.type ?? ''))
    throw new TypeError(`A form field must be a text, number, boolean or choice; "${name}" is not.`);
  return format !== undefined && FORMATS.has(format) ? { ...field, format } : field;
}
