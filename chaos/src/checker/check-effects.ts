import type { ExecutionRecord } from '@mcp-server/shared';

import type { Effect } from '../sink/effect.ts';
import type { RunRecord, Violation } from './run-record.ts';

/** Only this action has side effects. */
const EFFECT_ACTION = 'call-sink';

/** L5, I4: a success has its effect, a repeat has the same key, and `once` repeats only after a broken attempt. */
export function checkEffects({ documents, effects }: RunRecord): Violation[] {
  const byKey = Map.groupBy(effects, ({ key }) => key);
  const callers = new Map(
    documents.filter(({ action }) => action === EFFECT_ACTION).map((document) => [document._id, document]),
  );
  const unknown = [...byKey.keys()].filter((key) => !callers.has(key));
  return [
    ...unknown.map((key) => ({ rule: 'effect-key', id: key, detail: 'the key names no execution' })),
    ...[...callers.values()].flatMap((document) => checkCaller(document, byKey.get(document._id) ?? [])),
  ];
}

function checkCaller(document: ExecutionRecord, effects: Effect[]): Violation[] {
  const { _id: id, status, attempts, steps } = document;
  const violations: Violation[] = [];
  if (status === 'completed' && effects.length === 0) {
    violations.push({ rule: 'effect-missing', id, detail: 'completed without its side effect' });
  }
  const isOnce = effects.some(({ kind }) => kind === 'once');
  // An attempt that ended well after its step was not interrupted inside it, so a second effect has no excuse.
  const broken = attempts.filter(({ outcome }) => outcome !== 'completed').length;
  const allowed = isOnce ? 1 + broken : attempts.length;
  if (effects.length > allowed) {
    violations.push({
      rule: isOnce ? 'once-repeated' : 'effect-repeated',
      id,
      detail: JSON.stringify({ effects, allowed, attempts, steps }),
    });
  }
  return violations;
}

/** Effects beyond the first of each key. */
export function countRepeated({ effects }: RunRecord): number {
  return effects.length - new Set(effects.map(({ key }) => key)).size;
}
