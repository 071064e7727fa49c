import { z } from 'zod';

import type { Action } from '../action.ts';
import type { KnownSecrets } from '../masking/known-secrets.ts';
import { safeText } from '../masking/safe-text.ts';
import { ContentBlock } from '../schemas/content.ts';
import type { AttemptHost, DecidedEnd } from './attempt.ts';
import { describeThrown } from './describe-error.ts';
import { findJsonProblem } from './json-problem.ts';

const Content = z.array(ContentBlock);

/**
 * Checks what an action returned; a result that breaks its schema or the size limit ends as `invalid_output`. Secrets in it are
 * masked.
 */
export async function checkOutput(
  action: Action,
  output: unknown,
  { maxResultBytes: maxBytes, secrets }: Pick<AttemptHost, 'maxResultBytes' | 'secrets'>,
): Promise<DecidedEnd> {
  const mask = (json: string) => secrets?.maskJson(json) ?? json;
  const parsed = await action.output.safeParseAsync(output);
  if (!parsed.success) return invalid(issuesText(parsed.error, secrets));
  const problem = findJsonProblem(parsed.data);
  if (problem !== undefined) return invalid(`The result must be JSON: ${problem}.`);
  const result = mask(JSON.stringify(parsed.data) ?? 'null');
  if (Buffer.byteLength(result) > maxBytes) return invalid(`The result is larger than ${maxBytes} bytes.`);
  if (!action.toContent) return { kind: 'completed', result };
  try {
    const content = mask(JSON.stringify(Content.parse(action.toContent(parsed.data))));
    if (Buffer.byteLength(result) + Buffer.byteLength(content) > maxBytes)
      return invalid(`The result and its content are larger than ${maxBytes} bytes.`);
    return { kind: 'completed', result, content };
  } catch (error) {
    if (error instanceof z.ZodError) return invalid(`toContent: ${issuesText(error, secrets)}`);
    const { failure, ...thrown } = describeThrown(error, secrets);
    return { ...invalid(`toContent: ${failure.message}`), ...thrown };
  }
}

const invalid = (message: string): DecidedEnd & { kind: 'failed' } => ({
  kind: 'failed',
  failure: { kind: 'invalid_output', message },
});

/** The issues that zod found, with JSON pointers, safe to store. */
export function issuesText(
  error: { issues: { path: PropertyKey[]; message: string }[] },
  secrets?: KnownSecrets,
): string {
  const texts = error.issues.map(({ path, message }) => `/${path.map(String).join('/')}: ${message}`);
  return safeText(texts.join('; '), { secrets });
}
