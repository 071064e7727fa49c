import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** URIs may contain passwords. */
const PRIVATE_FILE = 0o600;

const pathIn = (dataDir: string): string => join(dataDir, 'running.json');

/** File in the data folder of a running `npm start` with its settings, so that other commands find it. */
export class RuntimeFile {
  readonly #path: string;
  #settings: Record<string, string> = {};

  constructor(dataDir: string) {
    this.#path = pathIn(dataDir);
  }

  /** Adds settings by their names in the environment. */
  add(settings: Record<string, string>): void {
    this.#settings = { ...this.#settings, ...settings };
    const content = { pid: process.pid, settings: this.#settings };
    writeFileSync(this.#path, `${JSON.stringify(content, null, 2)}\n`, { mode: PRIVATE_FILE });
  }

  close(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Settings of the `npm start` that runs on this data folder; undefined if none runs. */
export function readRuntimeFile(dataDir: string): Record<string, string> | undefined {
  try {
    const { pid, settings } = JSON.parse(readFileSync(pathIn(dataDir), 'utf8')) as {
      pid: number;
      settings: Record<string, string>;
    };
    // Throws if there is no such process: a killed `npm start` leaves its file behind.
    process.kill(pid, 0);
    return settings;
  } catch {
    return undefined;
  }
}
