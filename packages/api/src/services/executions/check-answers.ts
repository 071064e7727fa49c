import {
  ANSWER_OF_METHOD,
  compilePayloadSchema,
  errors,
  type InputRecord,
  isOpen,
  type JsonValue,
  type Pointed,
  pointedAt,
  toPointer,
} from '@mcp-server/shared';

/**
 * Checks answers against the questions that are open, and turns them into the texts that are stored. Answers to other
 * keys are passed on as they are: they can only be repeats. @throws {errors.InvalidAnswer} with the places
 */
export function checkAnswers(
  inputs: readonly InputRecord[],
  answers: Record<string, JsonValue>,
): Map<string, string> {
  const pointers: Pointed['pointers'] = [];
  const texts = new Map<string, string>();
  for (const input of inputs) {
    if (!Object.hasOwn(answers, input.key)) continue;
    const parsed = ANSWER_OF_METHOD[input.method].safeParse(answers[input.key]);
    if (parsed.success) texts.set(input.key, JSON.stringify(parsed.data));
    if (!isOpen(input)) continue;
    if (parsed.success) pointers.push(...checkContent(input, parsed.data));
    else
      for (const { path, message } of parsed.error.issues)
        pointers.push({ pointer: toPointer('answers', input.key, ...path), detail: message });
  }
  if (pointers.length > 0) throw pointedAt(new errors.InvalidAnswer(), pointers);
  return texts;
}

/** The form of an elicitation says what its content must be; the worker checks it once more, by the action's own schema. */
function checkContent(input: InputRecord, answer: object): Pointed['pointers'] {
  if (input.method !== 'elicitation/create' || !('content' in answer)) return [];
  const { requestedSchema } = JSON.parse(input.params) as { requestedSchema?: unknown };
  const form = compilePayloadSchema(JSON.stringify(requestedSchema ?? {}));
  return form.kind === 'usable' ? form.check(answer.content, toPointer('answers', input.key, 'content')) : [];
}
