import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Pass {
  ms: number;
  /** Hash of what the result depends on, for a file that is not run again with the same one. */
  inputs?: string;
}

/** Passes of earlier runs on this machine. */
export class EarlierRuns {
  readonly #path: string;
  readonly #passes: Record<string, Pass>;

  constructor(path: string) {
    this.#path = path;
    this.#passes = readPasses(path);
  }

  /** The longest first, so that none of them is alone at the end; a file that never passed here counts as longest. */
  longestFirst(files: readonly string[]): string[] {
    const msOf = (file: string) => this.#passes[file]?.ms ?? Number.MAX_SAFE_INTEGER;
    return files.toSorted((one, other) => msOf(other) - msOf(one));
  }

  hasPassed(file: string, inputs: string): boolean {
    return this.#passes[file]?.inputs === inputs;
  }

  record(file: string, pass: Pass): void {
    this.#passes[file] = pass;
  }

  save(): void {
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(this.#passes, null, 2));
  }
}

function readPasses(path: string): Record<string, Pass> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Pass>;
  } catch {
    // The first run here, or one that was killed while it wrote.
    return {};
  }
}
