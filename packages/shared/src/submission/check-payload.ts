import * as errors from '../errors.ts';
import type { JsonValue } from '../schemas/primitives.ts';
import type { KnownAction } from './catalogue.ts';
import { pointedAt } from './refusal.ts';

/** Checks a payload against its action and turns it into the text that is stored. @throws {errors.PayloadTooLarge} {errors.InvalidPayload} */
export function checkPayload(
  known: KnownAction,
  { plugin, action, payload }: { plugin: string; action: string; payload: JsonValue },
  maxBytes: number,
): string {
  const text = JSON.stringify(payload);
  if (Buffer.byteLength(text) > maxBytes) throw new errors.PayloadTooLarge('payload', maxBytes);
  const problems = known.checkPayload(payload);
  if (problems.length > 0) throw pointedAt(new errors.InvalidPayload(`${plugin}.${action}`), problems);
  return text;
}
