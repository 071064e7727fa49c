import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

interface Pass {
  ms: number;
  /** Hash of the inputs of a file that is not run again while they are the same. */
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

  /** Longest first, so that no long file runs alone at the end; a file that never passed here counts as longest. */
  longestFirst(files: readonly string[]): string[] {
    const msOf = (file: string) => this.#passes[file]?.ms ?? Number.MAX_SAFE_INTEGER;
    return files.toSorted((one, other) => msOf(other) - msOf(one));
  }

  hasPassed(file: string, inputs: string): boolean {
    return this.#passes[file]?.inputs === inputs;
  }

  /** Written at once, so that a stopped run keeps its passes. */
  record(file: string, pass: Pass): void {
    this.#passes[file] = pass;
    mkdirSync(dirname(this.#path), { recursive: true });
    writeFileSync(this.#path, JSON.stringify(this.#passes, null, 2));
  }
}

function readPasses(path: string): Record<string, Pass> {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Record<string, Pass>;
  } catch {
    // This is the first run here, or the last one was killed during the write.
    return {};
  }
}
