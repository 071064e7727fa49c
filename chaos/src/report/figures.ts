import { z } from 'zod';

import { count5xx } from '../checker/check-answers.ts';
import { countRepeated } from '../checker/check-effects.ts';
import { countByRule } from '../checker/check-run.ts';
import { percentile, redeliveryTimes } from '../checker/redelivery.ts';
import type { RunRecord, Strike, Violation } from '../checker/run-record.ts';

/** The figures of one row. */
export const RowFigures = z.object({
  accepted: z.int(),
  lost: z.int(),
  doubleEnds: z.int(),
  endsChanged: z.int(),
  duplicateEffects: z.int(),
  superseded: z.int(),
  crashes: z.int(),
  handBacks: z.int(),
  redeliveryP50Ms: z.number().optional(),
  redeliveryP99Ms: z.number().optional(),
  serverErrors: z.int(),
  seconds: z.number(),
  /** Extra values that only this row measures. */
  measured: z.record(z.string(), z.number()),
  /** Number of violations per broken rule. */
  violations: z.record(z.string(), z.int()),
});
export type RowFigures = z.infer<typeof RowFigures>;

/** Figures of a row that broke down before the check. */
export const noFigures = (seconds: number): RowFigures => ({
  accepted: 0,
  lost: 0,
  doubleEnds: 0,
  endsChanged: 0,
  duplicateEffects: 0,
  superseded: 0,
  crashes: 0,
  handBacks: 0,
  serverErrors: 0,
  seconds: rounded(seconds),
  measured: {},
  violations: {},
});

const rounded = (seconds: number): number => Math.round(seconds * 10) / 10;

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
  const acceptedIds = record.ledger.filter(({ outcome }) => outcome === 'accepted').map(({ id }) => id);
  const sum = (field: 'crashes' | 'handBacks') =>
    record.documents.reduce((total, document) => total + document[field], 0);
  return {
    // A repeat with the same key does not count as a second acceptance.
    accepted: new Set(acceptedIds).size,
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
    seconds: rounded(seconds),
    measured,
    violations: broken,
  };
}
