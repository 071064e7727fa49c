import { z } from 'zod';

import type { Action } from '../action.ts';
import { safeText } from '../masking/safe-text.ts';
import { ContentBlock } from '../schemas/content.ts';
import type { DecidedEnd } from './attempt.ts';
import { describeError } from './describe-error.ts';
import { findJsonProblem } from './json-problem.ts';

const Content = z.array(ContentBlock);

/** Checks what an action returned; a result that breaks its schema or the size limit ends as `invalid_output`. */
export async function checkOutput(action: Action, output: unknown, maxBytes: number): Promise<DecidedEnd> {
  const parsed = await action.output.safeParseAsync(output);
  if (!parsed.success) return invalid(issuesText(parsed.error));
  const problem = findJsonProblem(parsed.data);
  if (problem !== undefined) return invalid(`The result must be JSON: ${problem}.`);
  const result = JSON.stringify(parsed.data) ?? 'null';
  if (Buffer.byteLength(result) > maxBytes) return invalid(`The result is larger than ${maxBytes} bytes.`);
  if (!action.toContent) return { kind: 'completed', result };
  try {
    const content = JSON.stringify(Content.parse(action.toContent(parsed.data)));
    if (Buffer.byteLength(result) + Buffer.byteLength(content) > maxBytes)
      return invalid(`The result and its content are larger than ${maxBytes} bytes.`);
    return { kind: 'completed', result, content };
  } catch (error) {
    const reason = error instanceof z.ZodError ? issuesText(error) : describeError(error).message;
    return invalid(`toContent: ${reason}`);
  }
}

const invalid = (message: string): DecidedEnd => ({
  kind: 'failed',
  failure: { kind: 'invalid_output', message },
});

/** The issues that zod found, with JSON pointers, safe to store. */
export function issuesText(error: { issues: { path: PropertyKey[]; message: string }[] }): string {
  return safeText(error.issues.map(({ path, message }) => `/${path.join('/')}: ${message}`).join('; '));
}
