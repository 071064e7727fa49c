import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';

import { z } from 'zod';

import { JsonLines, readJsonLines } from '../json-lines.ts';
import { RowFigures } from '../report/figures.ts';
import type { RowResult } from '../run-row.ts';

/** One finished row with any verdict, so that a resumed run cannot hide a failure. */
const FinishedRow = z.object({
  commit: z.string(),
  seed: z.number(),
  scale: z.number(),
  result: z.object({
    seed: z.number(),
    row: z.object({ id: z.string(), title: z.string() }),
    figures: RowFigures,
    violations: z.array(z.object({ rule: z.string(), id: z.string().optional(), detail: z.string() })),
  }),
});

interface RunKey {
  commit: string;
  scale: number;
}

/** Finished rows of a run, in a file, so that the next run can continue. */
export class RunState {
  readonly #key: RunKey;
  readonly #file: JsonLines<z.infer<typeof FinishedRow>>;
  readonly #finished = new Map<string, RowResult>();

  /** `isResumed: false` starts from the beginning. Results of another commit or scale are ignored. */
  constructor(path: string, key: RunKey, { isResumed }: { isResumed: boolean }) {
    this.#key = key;
    mkdirSync(dirname(path), { recursive: true });
    if (!isResumed) rmSync(path, { force: true });
    for (const { commit, scale, seed, result } of readJsonLines(path, FinishedRow)) {
      if (commit !== key.commit || scale !== key.scale) continue;
      this.#finished.set(`${seed} ${result.row.id}`, result);
    }
    this.#file = new JsonLines(path);
  }

  find(row: string, seed: number): RowResult | undefined {
    return this.#finished.get(`${seed} ${row}`);
  }

  keep(result: RowResult): void {
    const { seed, figures, violations, row } = result;
    const { id, title } = row;
    this.#file.append({ ...this.#key, seed, result: { seed, figures, violations, row: { id, title } } });
  }

  close(): void {
    this.#file.close();
  }
}
