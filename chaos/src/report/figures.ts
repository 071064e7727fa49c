import { count5xx } from '../checker/check-answers.ts';
import { countRepeated } from '../checker/check-effects.ts';
import { countByRule } from '../checker/check-run.ts';
import { percentile, redeliveryTimes } from '../checker/redelivery.ts';
import type { RunRecord, Strike, Violation } from '../checker/run-record.ts';

/** The figures of one row. */
export interface RowFigures {
  accepted: number;
  lost: number;
  doubleEnds: number;
  endsChanged: number;
  duplicateEffects: number;
  superseded: number;
  crashes: number;
  handBacks: number;
  redeliveryP50Ms?: number;
  redeliveryP99Ms?: number;
  serverErrors: number;
  seconds: number;
  /** What this row measures beside the others. */
  measured: Record<string, number>;
  /** Broken rules and how often. */
  violations: Record<string, number>;
}

interface Facts {
  record: RunRecord;
  violations: Violation[];
  strikes: Strike[];
  superseded: number;
  seconds: number;
  measured: Record<string, number>;
}

export function buildFigures({
  record,
  violations,
  strikes,
  superseded,
  seconds,
  measured,
}: Facts): RowFigures {
  const broken = countByRule(violations);
  const times = redeliveryTimes(record.documents, strikes);
  const p50 = percentile(times, 0.5);
  const p99 = percentile(times, 0.99);
  const accepted = record.ledger.filter(({ outcome }) => outcome === 'accepted').map(({ id }) => id);
  const sum = (field: 'crashes' | 'handBacks') =>
    record.documents.reduce((total, document) => total + document[field], 0);
  return {
    // A repeat with the same key is no second acceptance.
    accepted: new Set(accepted).size,
    lost: (broken['lost'] ?? 0) + (broken['not-ended'] ?? 0),
    doubleEnds: (broken['double-end'] ?? 0) + (broken['end-without-attempt'] ?? 0),
    endsChanged: broken['end-changed'] ?? 0,
    duplicateEffects: countRepeated(record),
    superseded,
    crashes: sum('crashes'),
    handBacks: sum('handBacks'),
    ...(p50 === undefined ? {} : { redeliveryP50Ms: p50 }),
    ...(p99 === undefined ? {} : { redeliveryP99Ms: p99 }),
    serverErrors: count5xx(record),
    seconds: Math.round(seconds * 10) / 10,
    measured,
    violations: broken,
  };
}
