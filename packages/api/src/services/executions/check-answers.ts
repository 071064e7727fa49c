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
 * Checks answers against the open questions and converts them to the stored JSON texts. Answers to other keys pass
 * unchecked: they can only be repeats. @throws {errors.InvalidAnswer} with pointers
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

/** Checks the content of a form. The worker checks it again by the action's own schema. */
function checkContent(input: InputRecord, answer: object): Pointed['pointers'] {
  if (input.method !== 'elicitation/create' || !('content' in answer)) return [];
  const { requestedSchema } = JSON.parse(input.params) as { requestedSchema?: unknown };
  const form = compilePayloadSchema(JSON.stringify(requestedSchema ?? {}));
  return form.kind === 'usable' ? form.check(answer.content, toPointer('answers', input.key, 'content')) : [];
}
