import { InputKey } from '@mcp-server/plugin-sdk/schemas';

import * as errors from '../errors.ts';
import type { JsonValue } from '../schemas/primitives.ts';
import type { ActionVersion, KnownAction } from './catalogue.ts';
import { pointedAt, toPointer } from './refusal.ts';

/**
 * Checks a payload against its action: the newest of the judging versions that accepts it counts. Returns that version
 * and the text to store. @throws {errors.PayloadTooLarge} {errors.InvalidPayload} with the problems that the newest
 * version found
 */
export function checkPayload(
  known: KnownAction,
  { plugin, action, payload }: { plugin: string; action: string; payload: JsonValue },
  maxBytes: number,
): { text: string; version: ActionVersion } {
  const text = JSON.stringify(payload);
  if (Buffer.byteLength(text) > maxBytes) throw new errors.PayloadTooLarge('payload', maxBytes);
  const problems = known.checkPayload(payload);
  const version =
    problems.length === 0
      ? known
      : known.versions.find(({ checkPayload: check }) => check(payload).length === 0);
  if (!version) throw pointedAt(new errors.InvalidPayload(`${plugin}.${action}`), problems);
  return { text, version };
}

/**
 * Checks answers that came with the call and returns the text to store. @throws {errors.PayloadTooLarge}
 * {errors.InvalidRequest} for a key that no question can have
 */
export function checkEarlyAnswers(
  answers: Record<string, JsonValue> | undefined,
  maxBytes: number,
): string | undefined {
  if (!answers || Object.keys(answers).length === 0) return undefined;
  const text = JSON.stringify(answers);
  if (Buffer.byteLength(text) > maxBytes) throw new errors.PayloadTooLarge('answers', maxBytes);
  const wrong = Object.keys(answers).filter((key) => !InputKey.safeParse(key).success);
  if (wrong.length === 0) return text;
  const detail = 'must be 1 to 64 of letters, digits, - and _';
  throw pointedAt(
    new errors.InvalidRequest(),
    wrong.map((key) => ({ pointer: toPointer('answers', key), detail })),
  );
}
