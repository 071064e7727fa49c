import { isEnded } from '@mcp-server/shared';

import type { RunRecord, Violation } from './run-record.ts';

/** L2, L6: accepted work exists and has ended, one key names one execution, and there was no other answer. */
export function checkPromises({ ledger, documents }: RunRecord): Violation[] {
  const byId = new Map(documents.map((document) => [document._id, document]));
  const violations: Violation[] = [];
  const idOfKey = new Map<string, string>();
  for (const { outcome, id = '', key, user, status, tries } of ledger) {
    if (outcome === 'refused') continue;
    if (outcome !== 'accepted') {
      violations.push({
        rule: outcome === 'conflict' ? 'false-conflict' : 'unanswered',
        id: key,
        detail: `status ${status} after ${tries} tries`,
      });
      continue;
    }
    const userKey = `${user} ${key}`;
    const earlier = idOfKey.get(userKey);
    if (earlier !== undefined && earlier !== id) {
      violations.push({ rule: 'key-split', id: key, detail: `one key named ${earlier} and ${id}` });
    }
    if (earlier === id) continue;
    idOfKey.set(userKey, id);
    const document = byId.get(id);
    if (!document) violations.push({ rule: 'lost', id, detail: 'accepted, but there is no document' });
    else if (!isEnded(document.status)) {
      const { status, seq, epoch, crashes, lease } = document;
      violations.push({
        rule: 'not-ended',
        id,
        detail: JSON.stringify({ status, seq, epoch, crashes, lease }),
      });
    }
  }
  return violations;
}
