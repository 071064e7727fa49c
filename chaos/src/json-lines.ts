import { appendFileSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';

import type { z } from 'zod';

/** An append-only file of JSON lines. Each line is handed to the kernel before `append` returns. */
export class JsonLines<T> {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'a');
  }

  append(line: T): void {
    appendFileSync(this.#file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    closeSync(this.#file);
  }
}

/** Reads such a file. An incomplete last line was being written when its process died, and is skipped. */
export function readJsonLines<T>(path: string, schema: z.ZodType<T>): T[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => schema.parse(JSON.parse(line)));
}
